// Uploads the files of every [data-upload] form: asks for a signed address, sends the bytes there, announces them.
import { Sha256 } from "./sha256.js";

const SLICE = 4 * 1024 ** 2;
const MOST = 5 * 1024 ** 3; // more comes in parts, which the command line sends
const PATIENCE_MS = 2000;
const KINDS = {
  object: {
    wanted: (file) => ({ name: file.name }),
    announced: (address, told) => `${address}/${told.version_id}/complete`,
    page: () => ["Show it in the list", location.href],
  },
  genes: {
    wanted: (file, fields) => ({ ...fields, file_name: file.name }),
    announced: (address, told) => `${address}/${told.upload_id}/announce`,
    page: (told) => ["What came of it", `/pages/genes/uploads/${told.upload_id}`],
  },
};
let underWay = 0;

async function asked(form, method, address, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": form.dataset.token };
  const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail ?? answer.statusText);
  return { told, isChecking: answer.status === 202 && answer.headers.has("Retry-After") };
}

async function hashed(file, tell) {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += SLICE) {
    hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    tell("reading", at / file.size);
  }
  return hash.hex();
}

function sent(file, put, own, tell) {
  const url = put.url.startsWith(`${own}/`) ? put.url.slice(own.length) : put.url;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(put.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => tell("sending", event.loaded / file.size);
    request.onload = () => (request.status < 300 || request.status === 412 ? resolve() : reject(new Error(detail(request))));
    request.onerror = () => reject(new Error("The connection broke, or this store takes nothing from browsers. Send it again."));
    request.send(file);
  });
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return `The store refused it with ${request.status}. Send it again.`;
  }
}

async function uploaded(form, kind, file, tell) {
  if (file.size > MOST) throw new Error("It is larger than 5 GiB: send it with the command line.");
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const wanted = { ...kind.wanted(file, fields), size_bytes: file.size, sha256: await hashed(file, tell) };
  const { told } = await asked(form, "POST", form.dataset.address, wanted);
  await sent(file, told.put, form.dataset.own, tell);
  tell("being checked", 1);
  while ((await asked(form, "POST", kind.announced(form.dataset.address, told))).isChecking) {
    await new Promise((go) => setTimeout(go, PATIENCE_MS));
  }
  return kind.page(told);
}

function line(list, name) {
  const item = list.appendChild(document.createElement("li"));
  const bar = document.createElement("progress");
  const said = document.createElement("span");
  bar.max = 1;
  bar.setAttribute("aria-label", `Progress of ${name}`);
  item.append(`${name} `, bar, " ", said);
  return {
    tell: (step, share) => {
      bar.value = share;
      said.textContent = `${step} ${Math.floor(share * 100)} %`;
    },
    done: ([title, address]) => {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = title;
      bar.remove();
      said.className = "good";
      said.textContent = "uploaded";
      item.append(" ", link);
    },
    failed: (reason) => {
      bar.remove();
      said.className = "problem";
      said.setAttribute("role", "alert");
      said.textContent = reason;
    },
  };
}

async function take(event) {
  event.preventDefault();
  const form = event.target;
  const kind = KINDS[form.dataset.upload];
  const list = form.querySelector(".uploads");
  const button = form.querySelector("button");
  const lines = [...form.elements.files.files].map((file) => [file, line(list, file.name)]);
  button.disabled = true;
  underWay++;
  for (const [file, shown] of lines) {
    await uploaded(form, kind, file, shown.tell).then(shown.done, (error) => shown.failed(error.message));
  }
  underWay--;
  button.disabled = false;
  form.elements.files.value = "";
}

for (const form of document.querySelectorAll("[data-upload]")) {
  form.addEventListener("submit", take);
  form.querySelector("button").disabled = false;
}
addEventListener("beforeunload", (event) => underWay && event.preventDefault());
