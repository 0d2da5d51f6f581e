/**
 * Which version of the API is meant, before anyone is asked who they are (contract: rest-api §1).
 *
 * The first path segment says it, or the Accept header does; there is one version. What names none or another is
 * answered with the list (300), or, where neither names any, with a bare 404.
 */
import { mapOf, type ValueMap } from '../../engine/values/value.ts';

export type Negotiated =
  | { readonly kind: 'list' }
  /** `version` is the segment to use in links, `path` what follows it. */
  | { readonly kind: 'api'; readonly version: string; readonly path: string }
  | { readonly kind: 'none' };

const segmentForm = /^v(\d+)\.?(\d+)?/;
const acceptPrefix = 'application/vnd.openstack.orchestration-';

/** `path` decoded, beginning with a slash. */
export function negotiate(path: string, accept: string | undefined): Negotiated {
  const end = path.indexOf('/', 1);
  const segment = end === -1 ? path.slice(1) : path.slice(1, end);
  if (segment === '' || segment === 'versions') return { kind: 'list' };
  const inPath = versionOf(segment);
  if (inPath === 'other') return { kind: 'list' };
  if (inPath === 'v1') {
    return { kind: 'api', version: segment === 'v1.0' ? 'v1.0' : 'v1', path: end === -1 ? '' : path.slice(end) };
  }
  if (!accept?.startsWith(acceptPrefix)) return { kind: 'none' };
  const inAccept = versionOf(accept.slice(acceptPrefix.length));
  return inAccept === 'other' ? { kind: 'list' } : { kind: 'api', version: 'v1', path };
}

function versionOf(text: string): 'v1' | 'other' | undefined {
  const found = segmentForm.exec(text);
  if (!found) return undefined;
  return Number(found[1]) === 1 && Number(found[2] ?? 0) === 0 ? 'v1' : 'other';
}

/** The body of the 300; `origin` is the server's own. */
export function versionList(origin: string): ValueMap {
  const links = [
    mapOf([
      ['rel', 'self'],
      ['href', `${origin}/v1/`],
    ]),
  ];
  return mapOf([
    [
      'versions',
      [
        mapOf([
          ['id', 'v1.0'],
          ['status', 'CURRENT'],
          ['links', links],
        ]),
      ],
    ],
  ]);
}
