/** Errors that users see, between processes: as data, and whole, so that the other side can word them as this one would. */
import { HeatError, PlacedError, type ValidationPlace } from '../engine/kernel/errors.ts';

/** `Fault` of peers.proto. */
export interface Fault {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly place?: ValidationPlace;
}

export function faultOf(error: HeatError): Fault {
  const { type, status, message } = error;
  return { type, status, message, ...(error instanceof PlacedError && { place: error.place }) };
}

export function errorOf({ type, status, message, place }: Fault): HeatError {
  return place === undefined ? new HeatError(type, status, message) : new PlacedError(type, status, place);
}
