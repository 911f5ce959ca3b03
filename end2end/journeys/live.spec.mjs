// The meeting while it is on: what one does is before everybody at once, and a line that breaks comes back by itself.

import { test, expect, open, words } from '../fixtures.mjs';
import { BRIEF, TABLET, arrange, demo, soon, titled } from '../steps.mjs';

const t = words('vi');

/** Passes the page's live sockets on, and cuts them: `lines.cut()`. What is said on them is in `lines.told`. */
async function lines(page) {
  const open = new Set();
  const told = [];
  let opened = 0;
  await page.routeWebSocket(/\/socket$/, (line) => {
    opened += 1;
    open.add(line);
    const server = line.connectToServer();
    server.onMessage((text) => {
      told.push(JSON.parse(text));
      line.send(text);
    });
  });
  return {
    told,
    opened: () => opened,
    cut() {
      for (const line of open) line.close({ code: 4000 });
      open.clear();
    },
  };
}

test('a delegate sees at once what the secretary does, also after the line was cut', async ({ person }) => {
  const secretary = await person(demo('thuky1.vpub'));
  const address = await arrange(secretary, {
    ...BRIEF,
    ...soon(),
    title: titled('Họp giao ban'),
    chair: 'pho chanh van phong',
    delegates: ['giam doc so noi vu'],
  });
  await open(secretary, address);
  await secretary.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(secretary.getByRole('button', { name: new RegExp(`^${t('agenda_discuss')}`) }).first()).toBeVisible();

  const delegate = await person(demo('giamdoc.snv'), TABLET, 'vi', null);
  // Without the socket the page would ask only every fifteen seconds.
  let asked = 0;
  delegate.on('request', (request) => {
    if (request.url().includes('/api/meetings/follow')) asked += 1;
  });
  const line = await lines(delegate);
  await open(delegate, address);
  const told = () => line.told.filter((message) => message.state).length;
  await expect.poll(told).toBeGreaterThan(0);

  const now = delegate.locator('li[aria-current="step"]');
  await expect(now).toHaveCount(0);
  await secretary.getByRole('button', { name: new RegExp(`^${t('agenda_discuss')}`) }).first().click();
  await expect(now).toBeVisible({ timeout: 10_000 });
  expect(asked).toBeGreaterThan(0);

  line.cut();
  await expect.poll(line.opened).toBe(2);
  await secretary.getByRole('button', { name: new RegExp(`^${t('agenda_done')}`) }).first().click();
  await expect(now).toHaveCount(0, { timeout: 10_000 });
});
