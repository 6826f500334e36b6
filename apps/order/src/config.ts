import { IsInt, Max, Min } from 'class-validator';
import { Env, ServiceConfig } from '#service';

export class OrderConfig extends ServiceConfig {}
