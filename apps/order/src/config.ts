import { IsInt, IsUrl, Max, Min } from 'class-validator';
import { DatabaseConfig, Env } from '#service';
