import { IsOptional, IsUrl } from 'class-validator';

const IsDatabaseUrl = (): PropertyDecorator =>
  IsUrl(
    { protocols: ['postgres', 'postgresql'], require_protocol: true, require_tld: false },
    {
      message:
        'must be the URL of a database, for example postgres://user:password@localhost:5432/waybill_<service>',
    },
  );

/** Every variable that the migrator reads. It migrates the databases that it is told of. */
export class MigratorConfig {
  /** Of the role that serves orders. */
  @IsOptional() @IsDatabaseUrl() orderDatabaseUrl?: string;

  /** Of the role that owns the database of orders; unless told, the one that serves does. */
  @IsOptional() @IsDatabaseUrl() orderMigrationDatabaseUrl?: string;

  /** Of the role that serves payments. */
  @IsOptional() @IsDatabaseUrl() paymentDatabaseUrl?: string;

  /** Of the role that owns the database of payments; unless told, the one that serves does. */
  @IsOptional() @IsDatabaseUrl() paymentMigrationDatabaseUrl?: string;

  /** Of the role that serves stock. */
  @IsOptional() @IsDatabaseUrl() stockDatabaseUrl?: string;

  /** Of the role that owns the database of stock; unless told, the one that serves does. */
  @IsOptional() @IsDatabaseUrl() stockMigrationDatabaseUrl?: string;
}
