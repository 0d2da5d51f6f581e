/**
 * What a server's guest gets as user data (contract: resource-types §2.4).
 *
 * RAW is the user's text and nothing else. HEAT_CFNTOOLS wraps it into a MIME message of which cloud-init knows the
 * parts; SOFTWARE_CONFIG puts it, or its own parts, beside those that prepare the guest.
 */
import { listIn, mapIn } from '../../kit/given.ts';
import { dumps } from '../../template/python-json.ts';
import { parseJson, writeJson } from '../../values/json.ts';
import { ValueSyntaxError } from '../../values/syntax.ts';
import { emptyMap, isMap, mapOf, type ValueMap } from '../../values/value.ts';
import { type MimePart, mimeMessage, partsOfMessage } from '../mime.ts';
import { boothook, botoConfig, cloudConfig, initDataFolders, logUserData, partHandler } from './guest-files.ts';

/** How guests reach the CloudFormation API; part of how the engine is set up. */
export interface GuestAccess {
  /** Ends in `/v1/`. */
  readonly url: string;
  readonly isSecure: boolean;
  readonly validateCertificates: boolean;
}

export interface UserData {
  readonly text: string;
  /** The resource's metadata; nothing is handed over where they are empty. */
  readonly metadata: ValueMap | undefined;
  /** The account that is prepared; undefined: the image's own. */
  readonly user?: string;
  /** Undefined: this cloud has no CloudFormation API. */
  readonly access: GuestAccess | undefined;
}

/** The message, in the form that Python's email package writes. */
export function cfnToolsUserData(userData: UserData): string {
  return mimeMessage(partsOf(userData));
}

/**
 * SOFTWARE_CONFIG: the user's text stands for itself, or for the parts that it has. A text for Ignition is no message: what
 * else the guest needs is a file in it. What agents collect deployments with is not handed over: there are none yet.
 */
export function softwareConfigUserData({ text, metadata, user }: UserData): string {
  const ignition = ignitionOf(text);
  if (ignition !== undefined) return withInitData(text, ignition, metadata);
  return mimeMessage([
    ...preparing(user),
    ...(partsOfMessage(text) ?? [{ subtype: 'plain', filename: '', content: text }]),
    ...initData(metadata),
  ]);
}

const data = (filename: string, content: string): MimePart => ({ filename, subtype: 'x-cfninitdata', content });

/** What cloud-init is prepared with, whatever the user's text is. */
function preparing(user: string | undefined): readonly MimePart[] {
  return [
    { filename: 'cloud-config', subtype: 'cloud-config', content: cloudConfig(user) },
    { filename: 'boothook.sh', subtype: 'cloud-boothook', content: boothook(user) },
    { filename: 'part-handler.py', subtype: 'part-handler', content: partHandler },
  ];
}

function initData(metadata: ValueMap | undefined): readonly MimePart[] {
  return metadata !== undefined && metadata.size > 0 ? [data('cfn-init-data', dumps(metadata, false))] : [];
}

function partsOf({ text, metadata, user, access }: UserData): readonly MimePart[] {
  const parts: readonly MimePart[] = [
    ...preparing(user),
    data('cfn-userdata', text),
    { filename: 'loguserdata.py', subtype: 'x-shellscript', content: logUserData },
    ...initData(metadata),
  ];
  if (access === undefined) return parts;
  const { hostname } = new URL(access.url);
  const boto = botoConfig(hostname, access.isSecure, access.validateCertificates);
  return [...parts, data('cfn-metadata-server', access.url), data('cfn-boto-cfg', boto)];
}

/** A text that Ignition reads: JSON that says its version. */
function ignitionOf(text: string): ValueMap | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const parsed = parseJson(text);
    const ignition = isMap(parsed) ? mapIn(parsed, 'ignition') : undefined;
    return isMap(parsed) && ignition?.has('version') ? parsed : undefined;
  } catch (error) {
    if (error instanceof ValueSyntaxError) return undefined;
    throw error;
  }
}

/** Readable by root alone. */
const initDataMode = 0o600;

function withInitData(text: string, ignition: ValueMap, metadata: ValueMap | undefined): string {
  if (metadata === undefined || metadata.size === 0) return text;
  const source = `data:,${encodeURIComponent(dumps(metadata, false))}`;
  const storage = mapIn(ignition, 'storage') ?? emptyMap;
  const files = initDataFolders.map(folder =>
    mapOf([
      ['filesystem', 'root'],
      ['path', `${folder}/cfn-init-data`],
      ['contents', mapOf([['source', source]])],
      ['mode', BigInt(initDataMode)],
    ]),
  );
  const added = mapOf([...storage, ['files', [...listIn(storage, 'files'), ...files]]]);
  return writeJson(mapOf([...ignition, ['storage', added]]));
}

/** Texts as Nova wants them. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
