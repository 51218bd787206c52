// Numbers and sentences in the reader's language, as core/i18n/number_format.py and translation.py write them.
// core/i18n/script_words.py hands a script its sentences, once with its mount.

const NONE = "–"; // stands where there is no number
const SUPERSCRIPTS = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "-": "⁻" };
const PLACE = /\{(\w+)(?::([a-z]+)(?:\.(\d))?)?\}/g;
const KINDS = new Set(["number", "percent", "signed", "plain", "loss"]);
const formats = new Map();

export class Words {
  /** words: {language, over, under, nan} and the script's own sentences by name. */
  constructor(words) {
    this.words = words;
  }

  /** Return a sentence with the values in their places, for textContent or an attribute, never for HTML.
   * "{share:percent}" names a kind, "{size:signed.3}" its decimals; a number without a kind has its thousands apart. */
  say(name, values = {}) {
    return this.fill(this.words[name], values);
  }

  fill(sentence, values) {
    return sentence.replace(PLACE, (place, name, kind, decimals) => {
      if (!Object.hasOwn(values, name)) return place;
      const value = values[name];
      if (kind === "text" || typeof value !== "number") return String(value);
      if (kind && !KINDS.has(kind)) return place;
      if (kind) return this[kind](value, decimals && Number(decimals));
      return Number.isInteger(value) ? this.number(value) : this.plain(value);
    });
  }

  /** A share 0..1: "92.1%"; less than all is never all, more than nothing never nothing. */
  percent(share, decimals = 1) {
    if (!Number.isFinite(share)) return NONE;
    const text = this.write(share, "percent", decimals);
    const beyond = (name, bound) => this.fill(this.words[name], { share: this.write(bound, "percent", decimals) });
    if (share < 1 && text === this.write(1, "percent", decimals)) return beyond("over", `0.99${"9".repeat(decimals)}`);
    if (share > 0 && text === this.write(0, "percent", decimals)) return beyond("under", `0.0${"0".repeat(decimals)}1`);
    return text;
  }

  /** 60000: "60,000"; with three decimals 0.28: "0.280". */
  number(value, decimals = 0) {
    if (Number.isFinite(value) && Math.abs(value) >= 1e15) return this.plain(value);
    return this.unusual(value) || this.write(value, "decimal", decimals);
  }

  /** "+0.50", "−0.13"; what rounds to zero has no sign. */
  signed(value, decimals = 2) {
    const text = this.number(value, decimals);
    return value > 0 && text !== this.write(0, "decimal", decimals) ? `+${text}` : text;
  }

  /** At most so many significant digits: "0.000005", "20,000"; a power of ten for what is very large or small. */
  plain(value, digits = 6) {
    const unusual = this.unusual(value);
    if (unusual) return unusual;
    const [mantissa, exponent] = value.toExponential().split("e"), power = Number(exponent);
    if (power >= -10 && power <= 11) return this.write(value, "significant", digits);
    return `${this.plain(Number(mantissa), digits)} × 10${String(power).replace(/./g, (sign) => SUPERSCRIPTS[sign])}`;
  }

  /** Three decimals; a tiny loss as itself, a huge one without decimals. */
  loss(value) {
    if (value == null) return NONE;
    const size = Math.abs(value);
    if ((size > 0 && size < 0.0005) || size >= 1e6) return this.plain(value, 2);
    return this.number(value, size < 1000 ? 3 : 0);
  }

  /** What stands before and after a number in per cent, as Plotly's axes are told. */
  percentAffixes() {
    const [tickprefix, ticksuffix] = this.write(1, "percent", 0).split("100");
    return { tickprefix, ticksuffix };
  }

  /** The decimal mark and the one between thousands, as Plotly's layouts are told. */
  separators() {
    const marks = this.write(1234567.5, "decimal", 1).match(/\D/g);
    return marks.at(-1) + (marks.at(-2) ?? "");
  }

  unusual(value) {
    if (Number.isNaN(value)) return this.words.nan;
    return Number.isFinite(value) ? "" : value > 0 ? "∞" : "−∞";
  }

  /** Write the shortest decimal text of the number, which Intl rounds as it stands: 0.9215 is halfway, and goes up. */
  write(value, style, digits) {
    const { language } = this.words, key = `${language} ${style} ${digits}`;
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, {
      ...(style === "significant" ? { maximumSignificantDigits: digits }
        : { style, minimumFractionDigits: digits, maximumFractionDigits: digits }),
      numberingSystem: "latn", useGrouping: "always", signDisplay: "negative",
    }));
    return formats.get(key).format(String(value)).replaceAll("-", "−");
  }
}
