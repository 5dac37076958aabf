// The workspace of the suite and what the scripted endpoint answers there.

export const CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n";

/** A search and replace block, as a model writes it. */
export function block(path: string, before: string, after: string): string {
  return `${path}\n\`\`\`\n<<<<<<< SEARCH\n${before}=======\n${after}>>>>>>> REPLACE\n\`\`\`\n\n`;
}

export const ONE = block("a.py", "    return 1\n", "    return 11\n");
export const TWO = block("a.py", "    return 2\n", "    return 22\n");

export const HOST_FILES: Readonly<Record<string, string>> = {
  "a.py": CODE,
  "b.py": CODE,
  "crlf.py": "def smile():\r\n    return '😀', 1\r\n",
  "c.py": "def three():\n    # darner: the right number please\n    return 0\n",
  "README.md": "# A small workspace\n",
};

export const HOST_REPLIES = [
  { when: "both please", text: ONE + TWO },
  { when: "smile please", text: block("crlf.py", "    return '😀', 1\n", "    return '😀😀', 2\n    # done\n") },
  {
    when: "everywhere please",
    text: ONE + block("b.py", "    return 1\n", "    return 11\n") + block("b.py", "    return 2\n", "    return 22\n"),
  },
  { when: "new file please", text: block("new.py", "", "x = 1\n") },
  { when: "impossible please", text: ONE + block("a.py", "    return 99\n", "    return 0\n") },
  { when: "slowly please", text: ONE + "word ".repeat(250) + TWO },
  // last: every prompt that shows c.py holds these words
  { when: "right number please", text: block("c.py", "    return 0\n", "    return 3\n") },
];
