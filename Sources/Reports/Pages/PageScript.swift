// What a page does beyond reading: sliders over frames, cells that tell about themselves, the section in view marked.

enum PageScript {
    /// The whole script; the same for every page. It reads only what is in the page and writes only text.
    static let text = #"""

        "use strict";
        const make = (name, properties, ...children) => {
          const element = Object.assign(document.createElement(name), properties);
          element.append(...children);
          return element;
        };

        for (const frames of document.querySelectorAll(".frames")) {
          const choices = [...frames.querySelectorAll(":scope > input")];
          if (choices.length < 2) continue;
          const labels = choices.map((choice) => choice.nextElementSibling.textContent);
          const title = frames.querySelector(".frames-title").textContent;
          const slider = make("input", { type: "range", min: 0, max: choices.length - 1, step: 1 });
          slider.setAttribute("aria-label", title);
          const label = make("output", {});
          const button = make("button", { type: "button", textContent: "Play" });
          let timer = 0;
          const show = (index) => {
            choices[index].checked = true;
            slider.value = index;
            label.textContent = labels[index];
            slider.setAttribute("aria-valuetext", labels[index]);
          };
          const stop = () => {
            clearInterval(timer);
            timer = 0;
            button.textContent = "Play";
          };
          slider.addEventListener("input", () => { stop(); show(+slider.value); });
          button.addEventListener("click", () => {
            if (timer) return stop();
            button.textContent = "Pause";
            if (+slider.value === choices.length - 1) show(0);
            timer = setInterval(() => {
              const next = +slider.value + 1;
              if (next === choices.length) return stop();
              show(next);
            }, 700);
          });
          frames.querySelector(".frames-title").after(make("div", { className: "player" }, button, slider, label));
          frames.classList.add("live");
          show(choices.findIndex((choice) => choice.checked));
        }

        for (const explorer of document.querySelectorAll(".explorer")) {
          const data = JSON.parse(explorer.querySelector("script").textContent);
          const picture = explorer.querySelector(".picture > svg");
          const readout = explorer.querySelector(".readout");
          const cells = new Map();
          for (const cell of picture.querySelectorAll("[data-cell]")) {
            cells.set(+cell.dataset.cell, cell);
            cell.querySelector("title").remove();
          }
          picture.querySelector("title").remove();
          picture.setAttribute("tabindex", "0");
          picture.setAttribute("role", "application");
          const outline = document.createElementNS("http://www.w3.org/2000/svg", "path");
          outline.setAttribute("class", "chosen");
          picture.querySelector(".map").append(outline);
          const hint = readout.querySelector(".hint");
          hint.textContent =
            "Point at a cell, or tap it; with the map in focus, the arrow keys walk from cell to cell.";
          let centers = null;
          let current = -1;
          const show = (index) => {
            if (index === current) return;
            current = index;
            const cell = cells.get(index);
            outline.setAttribute("d", cell.getAttribute("d"));
            outline.setAttribute("stroke-width", 2.2 * parseFloat(picture.querySelector(".map").getAttribute("viewBox").split(" ")[2]) / 440);
            const swatch = make("span", { className: "swatch" });
            swatch.style.background = cell.getAttribute("fill");
            const list = make("dl", {});
            data.columns.forEach((name, i) => list.append(make("dt", { textContent: name }), make("dd", { textContent: data.rows[index][i] })));
            readout.replaceChildren(make("p", { className: "readout-title" }, swatch, `Cell ${index}`), list, hint);
          };
          const point = (event) => {
            const cell = event.target.closest("[data-cell]");
            if (cell) show(+cell.dataset.cell);
          };
          picture.addEventListener("pointermove", point);
          picture.addEventListener("pointerdown", point);
          const center = (cell) => {
            const box = cell.getBBox();
            return [box.x + box.width / 2, box.y + box.height / 2];
          };
          const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
          picture.addEventListener("keydown", (event) => {
            const direction = directions[event.key];
            if (!direction || cells.size === 0) return;
            event.preventDefault();
            centers ??= [...cells].map(([index, cell]) => [index, center(cell)]);
            if (current < 0) return show(centers[0][0]);
            const from = center(cells.get(current));
            let best = -1;
            let least = Infinity;
            for (const [index, to] of centers) {
              const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
              const along = dx * direction[0] + dy * direction[1];
              const across = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
              if (index === current || along <= 0 || across > along) continue;
              const distance = along + 2 * across;
              if (distance < least) [best, least] = [index, distance];
            }
            if (best >= 0) show(best);
          });
          if (cells.has(data.initial)) show(data.initial);
        }

        const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
        const mark = () => {
          const sections = [...document.querySelectorAll("main > section")];
          const current = sections.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.35).pop() ?? sections[0];
          for (const [anchor, link] of links) {
            if (current && decodeURIComponent(anchor) === current.id) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
          }
        };
        addEventListener("scroll", mark, { passive: true });
        mark();

        """#
}
