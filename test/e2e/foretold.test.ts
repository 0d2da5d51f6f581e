import { describe, expect, it } from 'vitest';
import { changing, compare } from './foretold.ts';

const came = (line: string) => {
  const [method = '', service = '', path = ''] = line.split(' ');
  return { method, service, path };
};
const project = '0123456789abcdef0123456789abcdef';

describe('calls that came beside those that were announced', () => {
  it('are equal by method, service and path below version and project', () => {
    const announced = ['POST network /v2.0/ports', 'PUT volumev3 /volumes/1', 'DELETE compute /servers/2'];
    const requests = [
      `PUT volumev3 /v3/${project}/volumes/1`,
      'DELETE compute /v2.1/servers/2',
      'POST network /v2.0/ports',
    ];
    expect(compare(announced, requests.map(came))).toEqual({ equal: 3, unexpected: [], unmade: [] });
  });

  it('may have any id where only what is made tells it, and plain ones are taken first', () => {
    const announced = ['PUT network /v2.0/ports/{port}', 'PUT network /v2.0/ports/7'];
    const requests = ['PUT network /v2.0/ports/7', 'PUT network /v2.0/ports/8'];
    expect(compare(announced, requests.map(came))).toEqual({ equal: 2, unexpected: [], unmade: [] });
    expect(compare(announced, ['PUT network /v2.0/ports/8/tags'].map(came))).toEqual({
      equal: 0,
      unexpected: ['PUT network /ports/8/tags'],
      unmade: ['PUT network /v2.0/ports/7', 'PUT network /v2.0/ports/{port}'],
    });
  });

  it('are counted as often as they come, and what is not known fits nothing', () => {
    const twice = ['POST network /v2.0/ports', 'POST network /v2.0/ports'].map(came);
    expect(compare(['POST network /v2.0/ports', '?'], twice)).toEqual({
      equal: 1,
      unexpected: ['POST network /ports'],
      unmade: ['?'],
    });
  });

  it('are those that change something, without logins and trusts', () => {
    const all = [
      'GET network /v2.0/ports',
      'POST identity /v3/auth/tokens',
      'POST identity /v3/OS-TRUST/trusts',
      'POST identity /v3/projects',
      'DELETE network /v2.0/ports/1',
    ].map(came);
    expect(changing(all).map(({ path }) => path)).toEqual(['/v3/projects', '/v2.0/ports/1']);
  });
});
