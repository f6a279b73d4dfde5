// The console's own script: passkeys, and news of what the page shows. Plain JavaScript, served as it is.
(() => {
  const { startAuthentication, startRegistration } = window.SimpleWebAuthnBrowser;

  const post = async (path, body) => {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.why ?? `the console answered ${answer.status}`);
    return said;
  };

  const saying = (form) => (text, kind) => {
    const outcome = form.querySelector('.outcome');
    outcome.textContent = text;
    outcome.className = `outcome ${kind}`;
  };

  const valuesOf = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

  const forms = {
    // A decision: what is decided goes out first, the passkey signs exactly that, and its answer goes out.
    decide: async (form) => {
      const { ticket, options } = await post(form.dataset.request, valuesOf(form));
      const response = await startAuthentication({ optionsJSON: options });
      return post(form.dataset.answer, { ticket, response });
    },
    enrol: async (form) => {
      const response = await startRegistration({ optionsJSON: JSON.parse(form.dataset.options) });
      return post(form.dataset.answer, { response });
    },
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const say = saying(form);
      const button = form.querySelector('button');
      button.disabled = true;
      say('Waiting for the passkey …', '');
      try {
        const { text } = await forms[form.dataset.passkey](form);
        say(text, 'yes');
        form.dataset.done = 'yes';
      } catch (error) {
        say(`Nothing was decided: ${error.message}`, 'no');
        button.disabled = false;
      }
    });
  }

  const main = document.querySelector('main[data-live]');
  if (main === null) return;
  const source = new EventSource(`/events?of=${encodeURIComponent(main.dataset.live)}`);
  source.addEventListener('changed', async () => {
    if (document.querySelector('form[data-passkey]') !== null) {
      document.querySelector('#news').textContent =
        'Something changed since this page was made. Load it again to see it.';
      return;
    }
    const page = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('main');
    if (fresh === null) return;
    const open = new Set([...main.querySelectorAll('details[open]')].map((one) => one.id));
    main.replaceChildren(...fresh.childNodes);
    for (const one of main.querySelectorAll('details')) if (open.has(one.id)) one.open = true;
  });
})();
