import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Certificate } from './broker-tool.js';

const TIMEOUT_MS = 20_000;
const DAYS = ['-days', '2'];

const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', args, { timeout: TIMEOUT_MS });

/** Somebody who signs certificates, in a folder of its own. */
export class Authority {
  private constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  static async in(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(folder, name);
    const { ca, key } = authority.files(name);
    const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
    await openssl('req', '-x509', ...newKey(key), ...subject, ...DAYS, '-out', ca);
    return authority;
  }

  /** What those trust who trust it. */
  pem(): Promise<string> {
    return readFile(this.files(this.name).ca, 'utf8');
  }

  /** Of a server at this host. */
  async certify(host: string): Promise<Certificate> {
    const { ca, key: signing } = this.files(this.name);
    const { certificate, key, request, extensions } = this.files(`${this.name}-${host}`);
    await writeFile(extensions, `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
    await openssl('req', '-new', ...newKey(key), '-subj', `/CN=${host}`, '-out', request);
    const signed = ['-CA', ca, '-CAkey', signing, '-CAcreateserial', '-extfile', extensions, ...DAYS];
    await openssl('x509', '-req', '-in', request, ...signed, '-out', certificate);
    return { ca, certificate, key };
  }

  private files(name: string) {
    const file = (end: string): string => join(this.folder, `${name}.${end}`);
    const [ca, certificate, key] = [file('ca.pem'), file('pem'), file('key')];
    return { ca, certificate, key, request: file('csr'), extensions: file('ext') };
  }
}

const newKey = (file: string): string[] => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-keyout',
  file,
];
