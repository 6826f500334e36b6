import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, Rejected } from '#contracts';
import { Open } from '../access/policy.decorator.js';
import { preferred } from '../http/accept.js';
import { exampleOf } from './problem.js';
import { CAUSES } from './problem-causes.js';
import { CHINESE } from './problem-chinese.js';
import { type Language, PAGE_CSP, type ProblemWords, problemList, problemPage } from './problem-page.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

const ENGLISH = Object.fromEntries(
  CODES.map((code) => [
    code,
    { title: ERRORS[code].title, cause: CAUSES[code], remedy: ERRORS[code].remedy },
  ]),
) as Record<ErrorCode, ProblemWords>;

const WORDS: Readonly<Record<Language, Readonly<Record<ErrorCode, ProblemWords>>>> = {
  en: ENGLISH,
  'zh-CN': CHINESE,
};

const LANGUAGES = [
  [/^zh(?:-|$)/, 'zh-CN'],
  [/^(?:en(?:-|$)|\*)/, 'en'],
] as const;
/** A program that takes anything gets JSON. */
const TYPES = [
  [/^(?:text\/html|text\/\*|application\/xhtml\+xml)$/, true],
  [/^(?:application\/(?:.*json|\*)|\*\/\*)$/, false],
] as const;

/** What `type` of a problem leads to: for people a page, for programs JSON. */
@Open()
@Controller('problems')
export class ProblemsController {
  @Get()
  list(
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string | object {
    const { language, html } = chosen(headers, reply);
    if (html) return problemList(WORDS[language], language);
    return {
      data: CODES.map((code) => ({ ...about(code), title: WORDS[language][code].title })),
    };
  }

  @Get(':code')
  one(
    @Param('code') code: string,
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string | object {
    if (!isCode(code)) {
      throw new Rejected('route-not-found', {
        detail: 'There is no problem of this name: /problems lists all.',
      });
    }
    const example = exampleOf(code);
    const { language, html } = chosen(headers, reply);
    const words = WORDS[language][code];
    if (html) return problemPage(code, words, { example, language });
    return { ...about(code), ...words, example: example.body };
  }
}

function about(code: ErrorCode): object {
  return { code, type: `/problems/${code}`, status: ERRORS[code].status };
}

function chosen(
  { accept, 'accept-language': languages }: FastifyRequest['headers'],
  reply: FastifyReply,
): { language: Language; html: boolean } {
  const language = preferred<Language>(languages, LANGUAGES, 'en');
  const html = preferred<boolean>(accept, TYPES, false);
  reply.headers({
    'content-language': language,
    'cache-control': 'public, max-age=300',
    vary: 'accept, accept-language, origin',
    ...(html && { 'content-security-policy': PAGE_CSP }),
  });
  reply.type(html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8');
  return { language, html };
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
