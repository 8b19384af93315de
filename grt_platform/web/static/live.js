// Keeps every [data-live] part of the page current: asks for the page again each few seconds until nothing moves.
const EVERY_MS = 3000;

async function renew() {
  const moving = [...document.querySelectorAll("[data-live]")].filter((part) => part.dataset.live === "moving");
  if (!moving.length) return;
  if (!document.hidden && !moving.some((part) => part.contains(document.activeElement))) {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer && answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of moving) {
        const same = fresh.getElementById(part.id);
        if (same) part.replaceWith(same);
      }
    }
  }
  setTimeout(renew, EVERY_MS);
}

setTimeout(renew, EVERY_MS);
