"use strict";
(() => {
  const page = document.getElementById("review").dataset;
  const store = `pegbar-review/${page.digest}/${page.sample}`;
  const sections = [...document.querySelectorAll(".item")];
  const links = [...document.querySelectorAll("[data-goto]")];
  const reviewer = document.getElementById("reviewer");
  const message = document.getElementById("message");
  const WORDS = { "": "not answered", part: "answered in part", done: "answered", no: "answered with a no" };
  const nothing = () => ({ answers: {}, marked: [], comment: "" });
  let state = read();

  function read() {
    const fresh = { reviewer: "", current: 0, items: {} };
    try {
      return { ...fresh, ...JSON.parse(localStorage.getItem(store) || "{}") };
    } catch {
      return fresh;
    }
  }

  function keep() {
    try {
      localStorage.setItem(store, JSON.stringify(state));
    } catch {
      say("This browser keeps no progress: save your verdicts before you close the page.");
    }
  }

  function say(words) {
    message.textContent = words;
  }

  const nameOf = (section) => `${section.dataset.kind}/${section.dataset.item}`;
  const saidOf = (section) => (state.items[nameOf(section)] ??= nothing());
  const seat = (asked) => asked.querySelector(":checked") || asked.querySelector("input");
  const fieldsets = (section) => [...section.querySelectorAll("fieldset")];

  function standing(section) {
    const answers = Object.values(saidOf(section).answers);
    if (answers.length < fieldsets(section).length) return answers.length ? "part" : "";
    return answers.includes("no") ? "no" : "done";
  }

  function paint() {
    const standings = sections.map(standing);
    const done = standings.filter((one) => one === "done" || one === "no").length;
    links.forEach((link) => {
      const index = Number(link.dataset.goto);
      link.querySelector("i").className = standings[index];
      link.setAttribute("aria-label", `${link.title}: ${WORDS[standings[index]]}`);
      if (index === state.current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    document.getElementById("count").textContent = `${done} of ${sections.length} answered`;
    const bar = document.querySelector("[role=progressbar]");
    bar.setAttribute("aria-valuenow", done);
    bar.firstElementChild.style.width = `${(100 * done) / sections.length}%`;
  }

  function fill() {
    reviewer.value = state.reviewer;
    sections.forEach((section) => {
      const said = saidOf(section);
      section.querySelectorAll("input[type=radio]").forEach((radio) => {
        radio.checked = said.answers[radio.closest("fieldset").dataset.question] === radio.value;
      });
      section.querySelectorAll("[data-shot]").forEach((box) => {
        box.checked = said.marked.includes(box.dataset.shot);
        box.closest(".shot").classList.toggle("marked", box.checked);
      });
      section.querySelector("textarea").value = said.comment;
    });
  }

  function show(index, moves = true) {
    state.current = Math.min(Math.max(0, index), sections.length - 1);
    sections.forEach((section, place) => {
      section.hidden = place !== state.current;
      section.querySelectorAll("video").forEach(stop);
    });
    keep();
    paint();
    if (!moves) return;
    const section = sections[state.current];
    links[state.current].scrollIntoView({ block: "nearest", inline: "nearest" });
    window.scrollTo(0, 0);
    const all = fieldsets(section);
    seat(all.find((one) => !one.querySelector(":checked")) || all[0]).focus({ preventScroll: true });
  }

  function answer(value) {
    const all = fieldsets(sections[state.current]);
    const asked = all.find((one) => one.contains(document.activeElement)) || all.find((one) => !one.querySelector(":checked")) || all[all.length - 1];
    const radios = [...asked.querySelectorAll("input")];
    const chosen = radios.find((radio) => radio.value === value);
    radios.forEach((radio) => (radio.checked = radio === chosen));
    record(asked);
    const next = chosen && all[all.indexOf(asked) + 1];
    seat(next || asked).focus();
  }

  function record(asked) {
    const { answers } = saidOf(asked.closest(".item"));
    const chosen = asked.querySelector(":checked");
    if (chosen) answers[asked.dataset.question] = chosen.value;
    else delete answers[asked.dataset.question];
    keep();
    paint();
  }

  function play(video, loud) {
    video.classList.add("on");
    video.muted = !loud;
    video.controls = loud;
    video.play().catch(() => say("This browser cannot play the clip; its frames are shown."));
  }

  function stop(video) {
    video.pause();
    video.classList.remove("on");
    video.controls = false;
  }

  function verdicts() {
    const items = sections
      .map((section) => {
        const { answers, marked, comment } = saidOf(section);
        return { item_kind: section.dataset.kind, item_id: section.dataset.item, answers, marked_shot_ids: marked, comment };
      })
      .filter((item) => Object.keys(item.answers).length || item.marked_shot_ids.length || item.comment);
    return {
      schema_version: Number(page.schema), dataset_digest: page.digest, seed: Number(page.seed),
      questions_version: Number(page.questions), reviewer: state.reviewer.trim(), items,
    };
  }

  function save() {
    const content = verdicts();
    if (!content.reviewer) {
      say("Write your name first: it tells your verdicts from other people's.");
      reviewer.focus();
      return;
    }
    const plain = content.reviewer.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "reviewer";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
    link.download = `verdicts-${plain}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    const left = sections.filter((section) => !["done", "no"].includes(standing(section))).length;
    say(`Saved ${link.download}` + (left ? `; ${left} of ${sections.length} are not answered whole.` : ". Everything is answered."));
  }

  document.addEventListener("change", ({ target }) => {
    const section = target.closest(".item");
    if (target.type === "radio") record(target.closest("fieldset"));
    if (target.dataset.shot) {
      const said = saidOf(section);
      said.marked = [...section.querySelectorAll("[data-shot]:checked")].map((box) => box.dataset.shot);
      target.closest(".shot").classList.toggle("marked", target.checked);
      keep();
    }
  });
  document.addEventListener("input", ({ target }) => {
    if (target === reviewer) state.reviewer = reviewer.value;
    else if (target.tagName === "TEXTAREA") saidOf(target.closest(".item")).comment = target.value;
    else return;
    keep();
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const frames = target.closest(".frames");
    if (button?.dataset.goto) show(Number(button.dataset.goto));
    if (button?.dataset.step) show(state.current + Number(button.dataset.step));
    const video = (button?.classList.contains("play") ? button.closest(".shot") : frames)?.querySelector("video");
    if (video && target !== video) play(video, true);
    if (target.tagName === "VIDEO" && !target.controls) play(target, true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("textarea, input[type=text]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = {
      j: () => show(state.current + 1), k: () => show(state.current - 1),
      1: () => answer("yes"), 2: () => answer("no"), 3: () => answer("unsure"), 0: () => answer(""),
      c: () => sections[state.current].querySelector("textarea").focus(),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    document.querySelectorAll(".frames").forEach((frames) => {
      const video = frames.querySelector("video");
      frames.addEventListener("mouseenter", () => video.controls || play(video, false));
      frames.addEventListener("mouseleave", () => video.controls || stop(video));
    });
  }
  document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
  document.getElementById("save").addEventListener("click", save);
  document.getElementById("restart").addEventListener("click", () => {
    if (!confirm("Forget every answer given on this page?")) return;
    state = { reviewer: "", current: 0, items: {} };
    fill();
    show(0);
  });

  fill();
  show(state.current, false);
})();
