import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { enrolmentFor, finishEnrolment } from '../approvers/index.ts';
import type { Engine } from '../engine/index.ts';
import { type Deployment, type Event, parseEvents } from '../workflow/index.ts';
import { asset } from './assets.ts';
import { answer, type Desk, request, type Said, usableKeys } from './decide.ts';
import { el, link } from './element.ts';
import { guarded, type Site } from './guard.ts';
import { document, type Page } from './page.ts';
import { board } from './pages/board.ts';
import { decideForm, noPasskey } from './pages/decide.ts';
import { deploymentPage, timelinePage } from './pages/deployment.ts';
import { enrolled, enrolPage } from './pages/enrol.ts';
import { evidencePage } from './pages/evidence.ts';
import { reviewAt, reviewContent, summaryOf } from './pages/review.ts';
import { revisionsPage } from './pages/revisions.ts';
import { createRequests } from './requests.ts';

/** Longer bodies are nobody's decision. */
const LONGEST_BODY = 64 * 1024;
const LOOK_MS = 1000;

/** The console's routes. What shows something is a GET and changes nothing; what decides is a POST with a passkey's answer. */
export function createApp(engine: Engine, site: Site, ending: AbortSignal): Hono {
  const app = new Hono();
  const desk: Desk = { engine, site, requests: createRequests() };
  app.use('*', guarded(site));
  app.onError((error, c) => c.html(document(plainPage('Something failed', error.message)), 500));
  app.notFound((c) =>
    c.html(document(plainPage('Not found', 'There is no such page, or it is not on record here.')), 404),
  );

  const shown = (page: Page | undefined) => (page === undefined ? undefined : document(page));

  app.get('/alive', (c) => c.json({ infragate: 'console', home: engine.home }));
  app.get('/assets/:name', (c) => {
    const found = asset(c.req.param('name'));
    return found === undefined ? c.notFound() : c.body(found.body, 200, { 'content-type': found.type });
  });
  app.get('/', async (c) => c.html(document(await board(engine))));

  app.get('/d/:id', async (c) => {
    const found = await recordOf(engine, c.req.param('id'));
    if (typeof found === 'string') return c.html(document(plainPage('Not to be shown', found)), 404);
    const some = (await usableKeys(engine.home, site)).length > 0;
    return c.html(document(await deploymentPage(engine, found.d, found.events, { rpId: site.rpId, some })));
  });
  app.get('/d/:id/timeline', async (c) => {
    const found = await recordOf(engine, c.req.param('id'));
    if (typeof found === 'string') return c.html(document(plainPage('Not to be shown', found)), 404);
    return c.html(document(timelinePage(found.d, found.events)));
  });
  app.get('/d/:id/revisions/:left/:right', async (c) => {
    const { id, left, right } = c.req.param();
    const found = await recordOf(engine, id);
    const page =
      typeof found === 'string' ? undefined : await revisionsPage(engine, found.d, Number(left), Number(right));
    return shown(page) === undefined ? c.notFound() : c.html(shown(page) ?? '');
  });
  app.get('/d/:id/review', async (c) => {
    const some = (await usableKeys(engine.home, site)).length > 0;
    return c.html(document(await reviewPage(engine, c.req.param('id'), some, site)));
  });
  app.get('/evidence/:digest', async (c) => {
    const page = await evidencePage(engine, c.req.param('digest'));
    return page === undefined ? c.notFound() : c.html(document(page));
  });

  const answered = <T>(said: Said<T>, key: string) =>
    said.ok
      ? Response.json(key === '' ? said.value : { [key]: said.value })
      : Response.json({ why: said.why }, { status: 409 });
  app.post('/d/:id/request', async (c) => answered(await request(desk, c.req.param('id'), await json(c.req.raw)), ''));
  app.post('/d/:id/answer', async (c) =>
    answered(await answer(desk, c.req.param('id'), await json(c.req.raw)), 'text'),
  );

  app.get('/enrol/:token', async (c) => {
    const token = c.req.param('token');
    const open = await enrolmentFor(engine.home, token, new Date(engine.now()));
    if (open !== undefined) return c.html(document(await enrolPage(engine.home, token, open, site)));
    return c.html(
      document(plainPage('Not valid', 'This link was used already, or its time is over. Ask for another one.')),
      404,
    );
  });
  app.post('/enrol/:token', async (c) => {
    const given: unknown = Object(await json(c.req.raw)).response;
    const made = await finishEnrolment(engine.home, c.req.param('token'), given, site, new Date(engine.now()));
    return typeof made === 'string'
      ? answered({ ok: false, why: made }, '')
      : answered({ ok: true, value: enrolled(made) }, 'text');
  });

  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const over = AbortSignal.any([gone.signal, ending]);
      const of = c.req.query('of') ?? '*';
      let before = await stateOf(engine, of);
      for (;;) {
        await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
        if (over.aborted) return;
        const now = await stateOf(engine, of);
        if (now !== before) await stream.writeSSE({ event: 'changed', data: 'changed' });
        before = now;
      }
    }),
  );
  return app;
}

/** Another text whenever the record of this deployment (or of any) is another one. */
async function stateOf(engine: Engine, of: string): Promise<string> {
  if (of === '*') {
    const { deployments } = await engine.open();
    return deployments.map((d) => `${d.id} ${d.seq}`).join('\n');
  }
  const loaded = await engine.read(of);
  return loaded.ok ? String(loaded.deployment.seq) : 'unreadable';
}

const plainPage = (title: string, text: string): Page => ({
  title,
  content: [el('p', {}, text), el('p', {}, link([], '', 'To the board'))],
});

async function recordOf(engine: Engine, id: string): Promise<{ d: Deployment; events: readonly Event[] } | string> {
  const loaded = await engine.read(id);
  if (!loaded.ok) return loaded.refusal.message;
  const parsed = parseEvents((await (await engine.ledger()).read(id)).rows);
  return { d: loaded.deployment, events: parsed.ok ? parsed.events : [] };
}

async function reviewPage(engine: Engine, deployment: string, some: boolean, site: Site): Promise<Page> {
  const asked = await engine.perform({
    tool: 'request-approval',
    input: { deployment, ask_again: true },
    actor: { kind: 'agent', client: 'infragate console' },
  });
  const { question } = asked;
  const review = question === undefined ? undefined : await reviewAt(engine, question.review);
  if (question === undefined || review === undefined) return plainPage('Nothing to decide', asked.text);
  return {
    title: question.title,
    live: deployment,
    content: [
      ...reviewContent(review, summaryOf(review, engine.now())),
      some
        ? decideForm({ deployment: question.deployment, digest: question.digest, review: question.review })
        : noPasskey(site.rpId),
    ],
  };
}

async function json(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > LONGEST_BODY) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
