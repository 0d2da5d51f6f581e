/**
 * What a server's guest gets as user data (contract: resource-types §2.4).
 *
 * RAW is the user's text and nothing else. HEAT_CFNTOOLS wraps it into a MIME message of which cloud-init knows the
 * parts. The message is a pure function of what goes in, its boundary too: the same server asked for again after a
 * crash has the same user data.
 */
import { dumps } from '../../template/python-json.ts';
import type { ValueMap } from '../../values/value.ts';
import { boothook, botoConfig, cloudConfig, logUserData, partHandler } from './guest-files.ts';

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

interface Part {
  readonly filename: string;
  readonly subtype: string;
  readonly content: string;
}

/** The message, in the form that Python's email package writes. */
export function cfnToolsUserData(userData: UserData): string {
  const parts = partsOf(userData).map(written);
  const boundary = boundaryFor(parts);
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    'MIME-Version: 1.0',
    '',
    ...parts.flatMap(part => [`--${boundary}`, part]),
    `--${boundary}--`,
    '',
  ].join('\n');
}

function partsOf({ text, metadata, user, access }: UserData): readonly Part[] {
  const data = (filename: string, content: string): Part => ({ filename, subtype: 'x-cfninitdata', content });
  const parts: Part[] = [
    { filename: 'cloud-config', subtype: 'cloud-config', content: cloudConfig(user) },
    { filename: 'boothook.sh', subtype: 'cloud-boothook', content: boothook(user) },
    { filename: 'part-handler.py', subtype: 'part-handler', content: partHandler },
    data('cfn-userdata', text),
    { filename: 'loguserdata.py', subtype: 'x-shellscript', content: logUserData },
  ];
  if (metadata !== undefined && metadata.size > 0) parts.push(data('cfn-init-data', dumps(metadata, false)));
  if (access === undefined) return parts;
  const { hostname } = new URL(access.url);
  const boto = botoConfig(hostname, access.isSecure, access.validateCertificates);
  return [...parts, data('cfn-metadata-server', access.url), data('cfn-boto-cfg', boto)];
}

const asciiOnly = /^[\0-\x7f]*$/;
const base64Columns = 76;

function written({ filename, subtype, content }: Part): string {
  const isAscii = asciiOnly.test(content);
  return [
    `Content-Type: text/${subtype}; charset="${isAscii ? 'us-ascii' : 'utf-8'}"`,
    'MIME-Version: 1.0',
    `Content-Transfer-Encoding: ${isAscii ? '7bit' : 'base64'}`,
    `Content-Disposition: attachment; filename="${filename}"`,
    '',
    isAscii ? content : wrappedBase64(content),
  ].join('\n');
}

function wrappedBase64(content: string): string {
  const encoded = Buffer.from(content, 'utf8').toString('base64');
  return `${(encoded.match(new RegExp(`.{1,${base64Columns}}`, 'g')) ?? []).join('\n')}\n`;
}

/** A line that no part holds. */
function boundaryFor(parts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const boundary = `===============${String(n).padStart(19, '0')}==`;
    if (!parts.some(part => part.includes(boundary))) return boundary;
  }
}

/** Texts as Nova wants them. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
