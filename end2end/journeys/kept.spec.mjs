// What is typed is kept: over a slow line, over none, by whoever leaves, and while the meeting changes around it.

import { test, expect, axe, hydrated, like, open, shot, words } from '../fixtures.mjs';
import { BRIEF, arrange, demo, freeTuesday, paper, pdf, sendLooked, soon, titled } from '../steps.mjs';

const t = words('vi');
const KEEP = '**/api/meetings/keep';
const CHECK = '**/api/meetings/check';

const item = (page) => page.locator('[id="agenda[0][title]"]');
const said = (page, key) => page.getByRole('status').filter({ hasText: like(t(key)) });
const kept = (page) => page.waitForResponse(KEEP, { timeout: 40_000 });

/** The saves of a page, each of which waits until it is let go. */
async function held(page) {
  const here = [];
  const awaited = [];
  await page.route(KEEP, (route) => {
    const save = {
      sent: route.request().postDataJSON(),
      async go() {
        const response = await route.fetch();
        await route.fulfill({ response });
        return response.json();
      },
    };
    if (awaited.length) awaited.shift()(save);
    else here.push(save);
  });
  return {
    next: () => (here.length ? Promise.resolve(here.shift()) : new Promise((resolve) => awaited.push(resolve))),
    count: () => here.length,
  };
}

/** How many meetings of the list have a title like this. */
async function listed(page, title) {
  await page.goto(`/meetings?text=${encodeURIComponent(title)}`);
  const links = page.locator('a[href^="/meetings/"]').filter({ hasText: title });
  return new Set(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href').split('/')[2]))).size;
}

test('saves of one draft wait for each other, and one draft comes of them', async ({ person }) => {
  const title = titled('Họp giao ban tuần');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const saves = await held(page);
  await page.locator('#title').fill(title);
  const first = await saves.next();
  expect(first.sent.saved).toBeNull();
  await item(page).fill('Kế hoạch');
  await page.getByRole('button', { name: t('composer_keep') }).last().click();
  const { saved } = await first.go();
  const second = await saves.next();
  expect(second.sent.saved).toEqual(saved);
  expect(second.sent.input.agenda[0].title).toBe('Kế hoạch');
  await second.go();
  await expect(said(page, 'composer_kept')).toBeVisible();
  await expect(page.locator('#refused')).toHaveCount(0);
  expect(saves.count()).toBe(0);
  expect(await listed(page, title)).toBe(1);
});

test('a press that sends while a save is under way sends what was typed last', async ({ person }) => {
  const title = titled('Họp giao ban gửi giấy mời');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  await page.locator('#kind').selectOption('working');
  await page.locator('[id="sittings[0][date]"]').fill(freeTuesday(9));
  await page.locator('[id="sittings[0][from]"]').fill('08:00');
  await page.locator('[id="sittings[0][to]"]').fill('10:00');
  await page.locator('[name="place"]').fill('Nhà văn hóa trung tâm');
  await page.locator('#add_chair').fill('pho chanh van phong');
  await page.locator('.combo__opt').first().click();
  await page.locator('#add').fill('ky thuat vien 1');
  await page.locator('.combo__opt').first().click();
  await item(page).fill('Kế hoạch');
  const saves = await held(page);
  await page.locator('#title').fill('Họp');
  const first = await saves.next();
  await page.locator('#title').fill(title);
  await page.getByRole('button', { name: t('state_send'), exact: true }).click();
  const { saved } = await first.go();
  await (await saves.next()).go();
  await sendLooked(page);
  await page.waitForURL(new RegExp(`/meetings/${saved.id}$`));
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
});

test('whoever leaves while a save is under way finds what was typed last', async ({ person }) => {
  const title = titled('Họp giao ban dở dang');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const saves = await held(page);
  await page.locator('#title').fill('Họp');
  const first = await saves.next();
  await page.locator('#title').fill(title);
  await page.getByRole('link', { name: t('nav_calendar') }).first().click();
  await expect(page).toHaveURL(/\/calendar/);
  const { saved } = await first.go();
  const second = await saves.next();
  expect(second.sent.saved).toEqual(saved);
  await second.go();
  expect(await listed(page, title)).toBe(1);
});

test('without a line nothing is lost, and it is kept when the line is back', async ({ person, faults }) => {
  faults.expect(/net::ERR_INTERNET_DISCONNECTED/);
  const title = titled('Họp khi mất mạng');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const away = (route) => route.abort('internetdisconnected');

  await test.step('it is said, and whoever types keeps their place', async () => {
    await page.route(KEEP, away);
    await page.route(CHECK, away);
    await page.locator('#title').fill(title);
    await expect(said(page, 'composer_not_kept')).toBeVisible();
    await expect(page.locator('#title')).toBeFocused();
    await expect(page.locator('#refused')).toHaveCount(0);
    await expect(page.locator('#why')).toContainText(t('composer_unchecked'));
    await expect(page.locator('#why')).not.toContainText(t('composer_all_good'));
  });

  await test.step('it is kept and checked once the line is back', async () => {
    await page.unroute(KEEP, away);
    await page.unroute(CHECK, away);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect(said(page, 'composer_kept')).toBeVisible();
    await expect(page.locator('#why')).not.toContainText(t('composer_unchecked'));
  });

  await test.step('what could not be kept is kept by leaving', async () => {
    await page.route(KEEP, away);
    await page.locator('#title').fill(`${title} lần hai`);
    await expect(said(page, 'composer_not_kept')).toBeVisible();
    await page.getByRole('link', { name: t('nav_calendar') }).first().click();
    await expect(page).toHaveURL(/\/calendar/);
    const later = kept(page);
    await page.unroute(KEEP, away);
    expect((await later).ok()).toBe(true);
    expect(await listed(page, `${title} lần hai`)).toBe(1);
  });
});

test('a draft has its own address, and a new meeting is still one press away', async ({ person }) => {
  const title = titled('Họp có địa chỉ');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const composing = page.getByRole('link', { name: t('nav_compose') }).first();
  await page.locator('#title').fill(title);
  await expect(page).toHaveURL(/\/meetings\/new\?draft=[0-9a-f-]{36}$/);
  await expect(page.locator('#title')).toBeFocused();
  const address = page.url();
  await composing.click();
  await expect(page.locator('#title')).toHaveValue('');
  await expect(page).toHaveURL(/\/meetings\/new$/);
  await open(page, address);
  await expect(page.locator('#title')).toHaveValue(title);
});

test('an item of the agenda keeps its papers while one types on', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const id = page.locator('input[name="agenda[0][id]"]');
  await item(page).fill('Kế hoạch');
  const first = kept(page);
  await page.locator('#title').fill(titled('Họp có tài liệu'));
  const { saved } = await (await first).json();
  await expect(id).toHaveValue(/^[0-9a-f-]{36}$/);
  const named = await id.inputValue();
  const origin = new URL(page.url()).origin;
  const sent = await page.request.post(`/meetings/${saved.id}/papers`, {
    headers: { accept: 'application/json', origin },
    multipart: {
      item: named,
      level: 'open',
      file: { name: 'ke-hoach.pdf', mimeType: 'application/pdf', buffer: pdf(['Ke hoach']) },
    },
  });
  expect(sent.ok(), await sent.text()).toBe(true);
  const second = kept(page);
  await item(page).fill('Kế hoạch quý');
  expect((await second).ok()).toBe(true);
  await expect(id).toHaveValue(named);
  await open(page, `/meetings/${saved.id}`);
  await expect(page.locator('.agenda > li')).toHaveCount(1);
  await expect(page.locator('.agenda > li')).toContainText('Kế hoạch quý');
  await expect(page.locator('.agenda .paper')).toHaveCount(1);
});

/** Somebody else marks a delegate; ends when the page has heard of it, which it asks for by itself. */
async function markedElsewhere(page, address, participant, presence) {
  const heard = page.waitForResponse(async (response) => {
    if (!response.url().endsWith('/api/meetings/follow')) return false;
    const { meeting } = await response.json();
    return meeting.participants.some((row) => row.id === participant && JSON.stringify(row.presence).includes(presence));
  }, { timeout: 40_000 });
  const sent = await page.request.post('/api/attendance/mark', {
    headers: { accept: 'application/json', origin: new URL(page.url()).origin },
    form: { id: address.split('/').pop(), participant, presence },
  });
  expect(sent.ok(), await sent.text()).toBe(true);
  await heard;
}

test('what happens in the hall undoes nothing that is being entered', async ({ person }) => {
  test.setTimeout(240_000);
  const page = await person(demo('thuky1.vpub'), {}, 'vi', null);
  const address = await arrange(page, {
    ...BRIEF,
    title: titled('Họp có người vào'),
    ...soon(),
    chair: 'pho giam doc so y te',
    delegates: ['ky thuat vien 1'],
  });
  await open(page, address);
  await page.getByRole('button', { name: t('state_open'), exact: true }).click();
  await expect(page.locator('.mh__b')).toContainText(t('stage_under_way'));
  await open(page, `${address}?tab=delegates`);
  const rows = page.locator('.rc').filter({ has: page.locator('input[name="participant"]') });
  const [first, second] = await Promise.all([0, 1].map((at) => rows.nth(at).locator('input[name="participant"]').inputValue()));
  const row = (id) => page.locator('.rc').filter({ has: page.locator(`input[value="${id}"]`) });
  const reason = row(second).locator('input[name="reason"]');

  await test.step('a reason that is being typed stays', async () => {
    await row(second).getByText(t('roll_absent'), { exact: true }).click();
    await reason.fill('Đi công tác');
    await markedElsewhere(page, address, first, 'online');
    await expect(row(first).locator('input[value="online"]')).toBeChecked();
    await expect(row(second).locator('input[value="absent"]')).toBeChecked();
    await expect(reason).toHaveValue('Đi công tác');
    await row(second).getByRole('button', { name: t('roll_write') }).click();
    await expect(page.locator('.rollsum').getByRole('img')).toHaveAccessibleName(/1/);
    await expect(page.locator('.rollsum')).toContainText(new RegExp(`1\\s*${t('roll_absent')}`));
  });

  await test.step('a reason is kept when its field is left, without a button', async () => {
    const marked = page.waitForResponse((answer) => answer.url().endsWith('/api/attendance/mark') && answer.ok());
    await reason.fill('Đi công tác Hà Nội');
    await row(first).locator('input[value="online"]').focus();
    await marked;
    await open(page, `${address}?tab=delegates`);
    await expect(reason).toHaveValue('Đi công tác Hà Nội');
  });

  await test.step('arrow keys move past a word without marking it', async () => {
    const marks = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/attendance/mark')) marks.push(request.postDataJSON()?.presence ?? request.postData());
    });
    await row(first).locator('input[value="online"]').focus();
    await page.keyboard.press('ArrowLeft');
    await expect(row(first).locator('input[value="in_room"]')).toBeChecked();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(row(first).locator('input[value="absent"]')).toBeChecked();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(marks).toEqual([]);
    const marked = page.waitForResponse('**/api/attendance/mark');
    await page.keyboard.press('Space');
    expect((await marked).ok()).toBe(true);
    expect(marks).toHaveLength(1);
    await expect(page.locator('.rollsum b').nth(0)).toHaveText('1');
  });

  await test.step('a file on its way arrives, and a level that was chosen stays', async () => {
    await open(page, address);
    const adding = page.locator('.agenda__tools > .more').first();
    await adding.locator('summary').click();
    let arrives;
    const arrived = new Promise((resolve) => {
      arrives = resolve;
    });
    await page.route('**/meetings/*/papers', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      await arrived;
      return route.continue();
    });
    await adding.locator('.upload input[type="file"]').setInputFiles(paper('ke-hoach.pdf', pdf(['Ke hoach'])));
    await expect(adding.locator('.upload__row.is-sending')).toBeVisible();
    await markedElsewhere(page, address, first, 'online');
    await expect(adding.locator('.upload__row.is-sending')).toBeVisible();
    arrives();
    await expect(page.locator('.agenda .paper')).toHaveCount(1);
  });

  await test.step('a classified level does not fall back to an open one', async () => {
    await open(page, address);
    const adding = page.locator('.agenda__tools > .more').first();
    await adding.locator('summary').click();
    const secret = adding.locator('input[name="level"]').nth(2);
    await secret.check();
    await expect(adding.locator('.upload__drop')).toBeHidden();
    await markedElsewhere(page, address, first, 'in_room');
    await expect(secret).toBeChecked();
    await expect(adding.locator('.upload__drop')).toBeHidden();
  });
});

test('a name that is nobody stays where it was typed, and nobody is invited by a guess', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  const fieldOf = (id) => page.locator('.combo').filter({ has: page.locator(id) });

  await test.step('who is looked for and not found is told', async () => {
    await page.locator('#add').fill('khong co ai ten nay');
    await page.locator('button[name="then"][value="add_delegate"]').click();
    await expect(fieldOf('#add').locator('.field__error')).toContainText(t('composer_nobody_found'));
    await expect(page.locator('#add')).toHaveValue('khong co ai ten nay');
    await expect(page.locator('#add')).toHaveAttribute('aria-invalid', 'true');
    await page.locator('#add').fill('');
    await expect(fieldOf('#add').locator('.field__error')).toHaveCount(0);
  });

  await test.step('of several whom a name fits one is chosen, and none is taken by Enter', async () => {
    const offers = page.locator('#add-offers button');
    await page.locator('#add').fill('pho giam doc');
    await page.locator('#add').press('Enter');
    await expect(offers.nth(1)).toBeVisible();
    await expect(fieldOf('#add').locator('.field__error')).toContainText(t('composer_several_fit'));
    await expect(page.locator('input[name="delegates[]"]')).toHaveCount(0);
    const chosen = (await offers.nth(1).getAttribute('value')).split(':').at(-1);
    await offers.nth(1).click();
    await expect(page.locator('input[name="delegates[]"]')).toHaveValue(chosen);
    await expect(offers).toHaveCount(0);
    await expect(page.locator('#add')).toHaveValue('');
  });

  await test.step('a name that nobody was chosen for stays while the form grows, and holds back the invitations', async () => {
    await page.locator('#title').fill(titled('Họp chưa rõ chủ trì'));
    await page.locator('#add_chair').fill('pho chu tich');
    await page.locator('button[name="then"][value="add_sitting"]').click();
    await expect(page.locator('[id="sittings[1][date]"]')).toBeVisible();
    await expect(page.locator('#add_chair')).toHaveValue('pho chu tich');
    await page.locator('button[name="then"][value="publish"]').last().click({ force: true });
    await expect(page.locator('#refused')).toContainText(t('composer_nobody_chosen'));
    await expect(page.locator('#add_chair')).toHaveValue('pho chu tich');
    await expect(page.locator('input[name="chair"]')).toHaveValue('');
    await expect(page).toHaveURL(/\/meetings\/new/);
  });
});

test('a tab that goes keeps what was typed a moment ago', async ({ person }) => {
  const title = titled('Họp đóng trang');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  await page.locator('#title').fill(title);
  await expect(said(page, 'composer_keeping')).toBeVisible();
  await page.goto('/calendar');
  await expect.poll(() => listed(page, title)).toBe(1);
});

test('a first save that is overtaken by what a tab sends as it goes makes no second draft', async ({ person }) => {
  const title = titled('Họp đóng trang sớm');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  let first;
  await page.route(KEEP, (route) => {
    if (first) return route.continue();
    first = route;
    return undefined;
  });
  await page.locator('#title').fill(title);
  await expect.poll(() => Boolean(first)).toBe(true);
  await page.locator('#title').fill(`${title} lần hai`);
  await page.goto('/calendar');
  await expect.poll(() => listed(page, `${title} lần hai`)).toBe(1);
  const late = await first.fetch();
  expect(late.ok(), await late.text()).toBe(true);
  expect(await listed(page, title)).toBe(1);
  expect(await listed(page, `${title} lần hai`)).toBe(1);
});

test('an ended session takes nothing of what was typed', async ({ person, faults }) => {
  faults.expect(/status of 401/);
  const title = titled('Họp khi phiên đã hết');
  const page = await person(demo('thuky1.vpub'), {}, 'vi', '/meetings/new');
  await page.context().clearCookies();
  await page.locator('#title').fill(title);
  const told = page.locator('#refused');
  await expect(told).toContainText(t('failure_signed_out'));
  await expect(page.locator('#title')).toBeFocused();
  const signIn = told.getByRole('link', { name: t('sign_in') });
  const unchecked = page.getByText(t('composer_unchecked'));
  await expect(unchecked.first()).toBeAttached();
  const opened = page.waitForEvent('popup');
  await signIn.click();
  const beside = await opened;
  const user = demo('thuky1.vpub');
  await beside.locator('input[autocomplete="username"]').fill(user.name);
  await beside.locator('input[autocomplete="current-password"]').fill(user.password);
  await beside.locator('input[autocomplete="current-password"]').press('Enter');
  await expect(beside.getByRole('heading', { name: t('sign_in_done') })).toBeVisible();
  await beside.close();
  await told.getByRole('button', { name: t('composer_again') }).click();
  await expect(said(page, 'composer_kept')).toBeVisible();
  await expect(told).toHaveCount(0);
  await expect(unchecked).toHaveCount(0);
  await expect(page.locator('#title')).toHaveValue(title);
});

test('why a mark was not kept is said in sight', async ({ person, faults }) => {
  faults.expect(/status of 422/);
  const page = await person(demo('thuky1.vpub'));
  const address = await arrange(page, {
    ...BRIEF,
    title: titled('Họp có người vắng'),
    date: freeTuesday(12),
    chair: 'pho chanh van phong',
    delegates: ['ky thuat vien 1'],
  });
  await page.setViewportSize({ width: 820, height: 360 });
  await open(page, `${address}?tab=delegates`);
  const row = page.locator('.rc').last();
  await row.locator('input[value="absent"]').check({ force: true });
  await row.locator('input[name="reason"]').fill('Đi công tác '.repeat(60));
  await row.getByRole('button', { name: t('roll_write') }).click();
  await expect(page.getByRole('alert').first()).toBeInViewport({ ratio: 0.9 });
  await expect(row.locator('input[value="absent"]')).toBeChecked();
});

test('before a meeting only an absence is marked, at once and without a reason', async ({ person }) => {
  const page = await person(demo('thuky1.vpub'));
  const address = await arrange(page, {
    ...BRIEF,
    title: titled('Họp có người xin vắng'),
    date: freeTuesday(13),
    chair: 'pho chanh van phong',
    delegates: ['ky thuat vien 1'],
  });
  await open(page, `${address}?tab=delegates`);
  await expect(page.getByText(t('roll_mark_rest', { n: 3 }))).toHaveCount(0);
  await expect(page.locator('input[value="in_room"]')).toHaveCount(0);
  const row = page.locator('.rc').last();
  const marked = page.waitForResponse('**/api/attendance/mark');
  await row.getByText(t('roll_absent'), { exact: true }).click();
  expect((await marked).ok()).toBe(true);
  await expect(page.locator('.rollsum')).toContainText(new RegExp(`1\\s*${t('roll_absent')}`));
  await open(page, `${address}?tab=delegates`);
  await expect(page.locator('.rc').last().locator('input[value="absent"]')).toBeChecked();
});

test('plain forms come back with what was typed into them', async ({ person, faults }) => {
  faults.expect(/status of 422/);
  const page = await person(demo('thuky1.vpub'), { javaScriptEnabled: false }, 'vi', null);
  const address = await arrange(page, {
    ...BRIEF,
    title: titled('Họp không cần kịch bản'),
    date: freeTuesday(11),
    chair: 'pho chanh van phong',
    delegates: ['ky thuat vien 1'],
  });

  await test.step('the reason of an absence', async () => {
    await page.goto(`${address}?tab=delegates`);
    const reason = 'Đi công tác '.repeat(60);
    const row = page.locator('.rc').last();
    await row.locator('input[value="absent"]').check({ force: true });
    await row.locator('input[name="reason"]').fill(reason);
    await row.getByRole('button', { name: t('roll_write') }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expect(row.locator('input[value="absent"]')).toBeChecked();
    await expect(row.locator('input[name="reason"]')).toHaveValue(reason);
    await expect(page.locator('.rc').first().locator('input[name="reason"]')).toHaveValue('');
  });

  await test.step('the name of a delegate who is nobody', async () => {
    await page.goto(`${address}/edit`);
    await page.locator('#add').fill('khong co ai ten nay');
    await page.locator('button[name="then"][value="add_delegate"]').first().click();
    await expect(page.locator('#add')).toHaveValue('khong co ai ten nay');
    await expect(page.locator('#add-error')).toContainText(t('composer_nobody_found'));
    await page.locator('#add').fill('ky thuat vien 2');
    await page.locator('button[name="then"][value="publish"]').last().click({ force: true });
    await expect(page.locator('#add')).toHaveValue('ky thuat vien 2');
    await expect(page.locator('#add-error')).toContainText(t('composer_nobody_chosen'));
  });
});

test('an agency that was typed and is none does not become one’s own', async ({ person, faults }) => {
  faults.expect(/status of 422/);
  const page = await person(demo('quantri'), {}, 'vi', '/admin/rooms');
  const field = page.getByRole('combobox', { name: t('room_agency') });
  await page.locator('summary').filter({ hasText: t('rooms_add') }).click();
  await page.locator('[name="name"]').fill('Phòng họp nhỏ');
  await page.locator('[name="code"]').fill(titled('P').replaceAll(' ', ''));
  await page.locator('[name="capacity"]').fill('10');
  await field.fill('so');
  await field.press('Escape');
  await page.getByRole('button', { name: t('rooms_add') }).last().click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  // The address bar shows the page's own address, and nothing that was typed.
  await expect(page).toHaveURL(/\/admin\/rooms$/);
  await hydrated(page);
  await expect(field).toHaveValue('so');
  await expect(page.locator('input[name="agency"]')).toHaveValue('');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#agency_name-error')).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(page.locator('#agency_name-error')).toHaveCount(0);
});

test('papers go on being sent while other pages are shown, and one that fails leads back', async ({ person, faults }) => {
  const page = await person(demo('thuky1.vpub'), {}, 'vi', null);
  const address = await arrange(page, {
    ...BRIEF,
    title: titled('Họp gửi nhiều tài liệu'),
    date: freeTuesday(2),
    chair: 'pho chanh van phong',
    delegates: ['ky thuat vien 1'],
  });
  const strip = page.getByRole('complementary', { name: t('agenda_upload_strip') });
  const adding = page.locator('.agenda__tools > .more').first();
  const line = await page.context().newCDPSession(page);
  const upload = (throughput) => {
    const speed = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: throughput };
    return line.send('Network.emulateNetworkConditions', speed);
  };
  const file = (name, padding) => paper(name, pdf([name], padding));

  await open(page, address);
  await adding.locator('summary').click();
  await upload(20_000);
  const wrong = { name: 'khong-phai.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') };
  const files = [file('a.pdf', 200_000), file('b.pdf', 1000), wrong, file('c.pdf', 1000)];
  await adding.locator('.upload input[type="file"]').setInputFiles(files);
  await expect(adding.locator('.upload__row.is-sending')).toBeVisible();
  await page.getByRole('link', { name: t('nav_calendar'), exact: true }).first().click();
  await expect(strip).toContainText(t('agenda_upload_strip_sending', { n: 4 }));
  await expect(page.getByRole('heading', { level: 1, name: t('nav_calendar') })).toBeVisible();
  await axe(page);
  await shot(page, 'upload-strip', false);
  faults.expect(/status of 4\d\d/);
  await upload(-1);
  await expect(strip).toHaveText(new RegExp(`^${t('agenda_upload_strip_failed', { n: 1 })}`));
  await strip.getByRole('link', { name: t('agenda_upload_strip_back') }).click();
  await expect(page.locator('.agenda .paper')).toHaveCount(3);
  await expect(strip).toHaveCount(0);
  await expect(adding.locator('.upload__row.is-refused')).toContainText('khong-phai.pdf');
});
