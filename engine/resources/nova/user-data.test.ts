/** What guests get as user data, by format, and of which config. */
import { describe, expect, it } from 'vitest';
import { bodyOf, stepsFor, walk } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Plain, PlainMap } from '../../values/json.ts';
import { mapOf } from '../../values/value.ts';
import { mimeMessage } from '../mime.ts';
import server, { serverType } from './server.ts';
import { softwareConfigUserData } from './user-data.ts';

const [image, flavor] = ['1', '2'].map(n => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [string, string];

const answer = (): Plain => ({ server: { id: 'S', adminPass: 'hidden' } });

describe('user data', () => {
  const decoded = (type: typeof server, given: PlainMap): string => {
    const { calls: all } = walk(type, given, answer);
    const { server: body } = bodyOf(all[0] as CloudCall) as { server: { user_data: string } };
    return Buffer.from(body.user_data, 'base64').toString();
  };

  it('are a message that cloud-init knows the parts of', () => {
    const access = { url: 'http://heat.example:8000/v1/', isSecure: false, validateCertificates: true };
    const text = decoded(serverType(access), { image, flavor, user_data: '#!/bin/sh\nécho' });
    const boundary = /boundary="([^"]+)"/.exec(text)?.[1] ?? 'none';
    const parts = text.split(`--${boundary}`).slice(1, -1);
    expect(parts.map(part => /text\/([\w-]+);.*filename="([^"]+)"/s.exec(part)?.slice(1))).toEqual([
      ['cloud-config', 'cloud-config'],
      ['cloud-boothook', 'boothook.sh'],
      ['part-handler', 'part-handler.py'],
      ['x-cfninitdata', 'cfn-userdata'],
      ['x-shellscript', 'loguserdata.py'],
      ['x-cfninitdata', 'cfn-metadata-server'],
      ['x-cfninitdata', 'cfn-boto-cfg'],
    ]);
    expect(parts[3]).toContain('charset="utf-8"');
    expect(Buffer.from(parts[3]?.split('\n\n')[1] ?? '', 'base64').toString()).toBe('#!/bin/sh\nécho');
    expect(parts[5]).toContain(access.url);
    expect(parts[6]).toMatch(/is_secure = 0\nhttps_validate_certificates = 1\n.*\ncfn_region_endpoint = heat\.example/);
  });

  const config = '55555555-1111-4111-8111-111111111111';
  const found = (call: CloudCall): Plain =>
    call.path.startsWith('/software_configs') ? { software_configs: [{ id: config, config: '#!/bin/sh' }] } : answer();
  const sent = (given: PlainMap, said: (call: CloudCall) => Plain): string | undefined => {
    const all = walk(server, { image, flavor, ...given }, said).calls;
    const { server: body } = bodyOf(all.at(-1) as CloudCall) as { server: { user_data?: string } };
    return body.user_data === undefined ? undefined : Buffer.from(body.user_data, 'base64').toString();
  };

  it('that are a config’s id are what that config holds; without such a config, the id', () => {
    const given = { user_data_format: 'RAW', user_data: config.toUpperCase() };
    const { calls: all } = walk(server, { image, flavor, ...given }, found);
    expect(all.map(({ service, method, path }) => `${method} ${service} ${path}`)).toEqual([
      `GET orchestration /software_configs?id=${config}`,
      'POST compute /servers',
    ]);
    expect(sent(given, found)).toBe('#!/bin/sh');
    const nothing = (call: CloudCall): Plain =>
      call.path.startsWith('/software_configs') ? { software_configs: [] } : answer();
    expect(sent(given, nothing)).toBe(config.toUpperCase());
    const structured = (call: CloudCall): Plain =>
      call.path.startsWith('/software_configs') ? { software_configs: [{ id: config, config: { a: 1 } }] } : answer();
    expect(sent(given, structured)).toBe('{"a":1}');
    expect(stepsFor(server, { image, flavor, ...given })[0]?.secret).toBe(true);
  });

  it('for heat-cfntools stay what they are, whatever they look like', () => {
    expect(walk(server, { image, flavor, user_data: config }, found).calls).toHaveLength(1);
    expect(sent({ user_data: config }, found)).toContain(config);
  });

  it('with SOFTWARE_CONFIG are a part of their own, or the parts that they are', () => {
    const partsIn = (text: string): readonly (readonly string[] | undefined)[] =>
      text
        .split(`--${/boundary="([^"]+)"/.exec(text)?.[1] ?? 'none'}`)
        .slice(1, -1)
        .map(part => /text\/([\w-]+);(?:.*filename="([^"]*)")?/s.exec(part)?.slice(1));
    const prepared = [
      ['cloud-config', 'cloud-config'],
      ['cloud-boothook', 'boothook.sh'],
      ['part-handler', 'part-handler.py'],
    ];
    const given = { user_data_format: 'SOFTWARE_CONFIG', user_data: config };
    expect(partsIn(sent(given, found) ?? '')).toEqual([...prepared, ['plain', '']]);
    const message = mimeMessage([
      { subtype: 'x-one', content: '1', filename: 'one' },
      { subtype: 'x-two', content: '2' },
    ]);
    const several = (call: CloudCall): Plain =>
      call.path.startsWith('/software_configs') ? { software_configs: [{ id: config, config: message }] } : answer();
    expect(partsIn(sent(given, several) ?? '')).toEqual([...prepared, ['x-one', 'one'], ['x-two', undefined]]);
    expect(partsIn(sent({ user_data_format: 'SOFTWARE_CONFIG', user_data: 'x' }, found) ?? '')).toEqual([
      ...prepared,
      ['plain', ''],
    ]);
  });

  it('for Ignition get a file with the metadata', () => {
    const text = '{"ignition": {"version": "3.0.0"}, "storage": {"files": [{"path": "/own"}]}}';
    const metadata = mapOf([['a', 'b c']]);
    expect(softwareConfigUserData({ text, metadata: undefined, access: undefined })).toBe(text);
    const file = (path: string) => ({
      filesystem: 'root',
      path,
      contents: { source: 'data:,%7B%22a%22%3A%20%22b%20c%22%7D' },
      mode: 384,
    });
    expect(JSON.parse(softwareConfigUserData({ text, metadata, access: undefined }))).toEqual({
      ignition: { version: '3.0.0' },
      storage: {
        files: [
          { path: '/own' },
          file('/var/lib/heat-cfntools/cfn-init-data'),
          file('/var/lib/cloud/data/cfn-init-data'),
        ],
      },
    });
    expect(softwareConfigUserData({ text: '{"a": ', metadata, access: undefined })).toContain('multipart/mixed');
  });

  it('are the same for the same server, and nothing where there are none', () => {
    expect(decoded(server, { image, flavor })).toBe(decoded(server, { image, flavor }));
    expect(decoded(server, { image, flavor })).not.toContain('cfn-metadata-server');
    expect(sent({ user_data: '', user_data_format: 'RAW' }, answer)).toBeUndefined();
  });
});
