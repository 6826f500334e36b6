import { Controller } from '@nestjs/common';
import {
  getLocation,
  type ListLocations,
  type LocationList,
  type LocationPut,
  type LocationRef,
  type LocationView,
  listLocations as listLocationsContract,
  type PutLocation,
  putLocation as putLocationContract,
  Rejected,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { findLocation, listLocations, putLocation } from './locations.store.js';

/** The places where stock can lie. */
@Controller()
export class LocationsHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(putLocationContract)
  put({ location, name }: PutLocation): Promise<LocationPut> {
    return putLocation(this.database, location, name);
  }

  @OnRpc(getLocation)
  async get({ location }: LocationRef): Promise<LocationView> {
    const found = await findLocation(this.database, location);
    if (!found) throw new Rejected('location-not-found', { location });
    return found;
  }

  @OnRpc(listLocationsContract)
  async list(asked: ListLocations): Promise<LocationList> {
    const locations = await listLocations(this.database, asked);
    return { data: locations.slice(0, asked.limit), more: locations.length > asked.limit };
  }
}
