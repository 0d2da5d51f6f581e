/** What there is to know of a cloud where any type may live: what is not listed (kinds.ts) is a thing like any other. */
import type { Fields } from '../../cloud/service.ts';
import { type Kind, kindOfPost, listedKind, type Lore } from '../cloud/kinds.ts';

/** What services write of themselves, in whosever name. */
const inner = new Set(['keystone.tokens', 'keystone.trusts', 'image.graves']);

/** `isOurs` says whether an id is of a thing of ours: a look-alike that speaks of one would be in its way. */
export function openLore(isOurs: (id: string) => boolean): Lore {
  const others = new Map<string, Kind>();
  const post: Kind = { name: 'thing', table: '', service: '', path: '', twin: body => body };
  return {
    ofTable(table) {
      if (inner.has(table)) return undefined;
      const kind = listedKind(table) ?? others.get(table);
      if (kind !== undefined) return kind;
      const fresh: Kind = { name: table, table, service: '', path: '' };
      others.set(table, fresh);
      return fresh;
    },
    ofPost(service, method, path) {
      const kind = kindOfPost(service, method, path) ?? (method === 'POST' ? post : undefined);
      const { twin } = kind ?? {};
      if (kind === undefined || twin === undefined) return kind;
      return {
        ...kind,
        twin(body, place) {
          const like = twin(body, place);
          return like === undefined || idsIn(like).some(isOurs) ? undefined : like;
        },
      };
    },
  };
}

function idsIn(body: Fields): readonly string[] {
  return JSON.stringify(body).match(/[0-9a-f-]{32,36}/g) ?? [];
}
