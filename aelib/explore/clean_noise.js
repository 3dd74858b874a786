// Explorer of notebook 09: noise of any kind and level, and who cleans it.

import { frame, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";

export default live(({ kinds, networks, levels, clean, noisy, cleaned, gains, start }, page) => {
  const count = clean.shape[0];
  let [kind, network, level] = [0, 0, start];

  page.choice("noise", kinds, kinds[0], (chosen) => {
    kind = kinds.indexOf(chosen);
    say();
  });
  page.slider("level", range(levels.length), level, (chosen) => {
    level = chosen;
    say();
  }, (k) => levels[k].toFixed(2));
  page.choice("network trained on", networks, networks[0], (chosen) => {
    network = networks.indexOf(chosen);
    say();
  });

  page.picture({
    label: "Digits: clean, under noise, and cleaned",
    ratio: (count + 0.6) / 3,
    least: 380,
    paint: (context, area) => {
      const left = 64;
      const side = Math.min((area.width - left) / count, area.height / 3);
      const rows = {
        clean: (q) => at(clean, q),
        noisy: (q) => at(noisy, kind, level, q),
        cleaned: (q) => at(cleaned, kind, level, network, q),
      };
      Object.entries(rows).forEach(([name, row], down) => {
        words(context, area, name, [0, side * (down + 0.5)], { align: "left" });
        for (const q of range(count)) {
          const box = { x: left + side * q, y: side * down + 1, width: side - 3, height: side - 3 };
          image(context, area, row(q), box);
          frame(context, box, area.ink, 0.3);
        }
      });
    },
  });

  function say() {
    const [before, after] = [at(gains, kind, level, 0)[0], at(gains, kind, level, network + 1)[0]];
    const change = after - before;
    page.say(
      `${kinds[kind]} of level ${levels[level].toFixed(2)}: ${before.toFixed(1)} dB; the ` +
        `network trained on ${networks[network]} makes of it ${after.toFixed(1)} dB, ` +
        `${Math.abs(change).toFixed(1)} dB ${change < 0 ? "worse" : "better"}.`,
    );
  }
  say();
});
