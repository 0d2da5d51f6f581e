/** Segments: the layer-2 domains of which networks are made, and subnets that are on one of them. For admins alone. */
import type { Router } from '../router.ts';
import { type Ask, type Beginning, type Fields, isAdmin } from '../service.ts';
import { type Attributes, integer, orNull, standard, text, uuid } from './attributes.ts';
import { crudRoutes } from './crud.ts';
import { changed, type Desk, standardView, without } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { type Place, placeOf } from './places.ts';
import type { Segment } from './rows.ts';
import type { Network, Subnet } from './state.ts';

const { tags: _tags, description: _description, ...stamped } = standard;

const attributes: Attributes = {
  ...stamped,
  name: { post: true, put: true, otherwise: null, check: orNull(text(255)), filter: 'text', sort: true },
  description: { post: true, put: true, otherwise: null, check: orNull(text(255)), filter: 'text', sort: true },
  network_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  network_type: { post: true, required: true, check: text(32), filter: 'text', sort: true },
  physical_network: { post: true, check: orNull(text(64)), filter: 'text', sort: true },
  segmentation_id: { post: true, check: integer },
};

export function segmentRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<Segment>(router, desk, {
    path: '/v2.0/segments',
    listing: { collection: 'segments', kind: 'segment', attributes },
    table: state.segments,
    admins: true,
    sees: ask => isAdmin(ask.asker),
    create(ask, fields) {
      const network = desk.network(ask, String(fields['network_id']));
      const number = fields['segmentation_id'] as number | undefined;
      const physical = (fields['physical_network'] as string | null | undefined) ?? undefined;
      const said = {
        network_type: String(fields['network_type']),
        ...(physical !== undefined && { physical_network: physical }),
        ...(number !== undefined && { segmentation_id: number }),
      };
      return putSegment(desk, ask, network, placeOf(desk, ask, said), fields);
    },
    update: (ask, segment, fields) => state.segments.put(changed(segment, fields, ask.now)),
    remove(_ask, segment) {
      const used = state.subnetsOf(segment.network_id).filter(subnet => subnet.segment_id === segment.id);
      if (used.length === 0) return;
      const ids = used.map(({ id }) => id).join(', ');
      throw refuse.conflict(
        'SegmentInUse',
        `Segment '${segment.id}' cannot be deleted: The segment is still associated with subnet(s) ${ids}.`,
      );
    },
    view: (_ask, segment): Fields => without(standardView(segment), 'project_id', 'tenant_id', 'tags'),
  });
}

/** A segment of a network; the one that it begins with has neither name nor description. */
export function putSegment(desk: Desk, dice: Beginning, network: Network, place: Place, fields: Fields = {}): Segment {
  const { name = null, description = null } = fields as { readonly name?: string | null; description?: string | null };
  return desk.state.segments.put({
    ...desk.stamp(dice, network.project_id, description),
    revision_number: 0,
    name,
    network_id: network.id,
    ...place,
  });
}

/**
 * The segment that a subnet is put on; `old` is the subnet as it is, where it is changed.
 *
 * @throws NeutronError 400 where some of a network's subnets are on segments and some are not, or it is on another.
 */
export function segmentFor(desk: Desk, network: Network, fields: Fields, old?: Subnet): string | null {
  const now = old?.segment_id ?? null;
  const wanted = 'segment_id' in fields ? ((fields['segment_id'] as string | null | undefined) ?? null) : now;
  if (old !== undefined && wanted === now) return now;
  if (now !== null) {
    throw new NeutronError(
      400,
      'SubnetSegmentAssociationChangeNotAllowed',
      'A subnet that is already associated with a segment cannot have its segment association changed.',
    );
  }
  if (wanted !== null) mustBeOn(desk, network, wanted);
  if (old !== undefined && desk.state.segmentsOf(network.id).length > 1) {
    throw new NeutronError(
      400,
      'NoUpdateSubnetWhenMultipleSegmentsOnNetwork',
      `The network '${network.id}' has multiple segments, it is only possible to associate an existing subnet with ` +
        'a segment on networks with a single segment.',
    );
  }
  const others = desk.state.subnetsOf(network.id).filter(({ id }) => id !== old?.id);
  if (others.some(other => ((other.segment_id ?? null) === null) !== (wanted === null))) {
    throw new NeutronError(
      400,
      'SubnetsNotAllAssociatedWithSegments',
      `All of the subnets on network '${network.id}' must either all be associated with segments or all not ` +
        'associated with any segment.',
    );
  }
  return wanted;
}

function mustBeOn({ state }: Desk, network: Network, id: string): void {
  const segment = state.segments.get(id);
  if (segment === undefined) throw refuse.notFound('segment', id);
  if (segment.network_id === network.id) return;
  const message = `The subnet's network id, '${network.id}', doesn't match the network_id of segment '${id}'`;
  throw new NeutronError(400, 'NetworkIdsDontMatch', message);
}

/** Who asks sees which segment a subnet is on, or does not. */
export function subnetView(ask: Ask, subnet: Subnet): Fields {
  const view = standardView(subnet);
  return isAdmin(ask.asker) ? { ...view, segment_id: subnet.segment_id ?? null } : without(view, 'segment_id');
}
