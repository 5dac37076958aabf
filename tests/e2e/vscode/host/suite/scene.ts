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
  "README.md": "# A small workspace\n",
};

export const HOST_REPLIES = [
  { when: "both please", text: ONE + TWO },
  { when: "smile please", text: block("crlf.py", "    return '😀', 1\n", "    return '😀😀', 2\n    # done\n") },
  {
    when: "everywhere please",
    text: ONE + block("b.py", "    return 1\n", "    return 11\n") + block("b.py", "    return 2\n", "    return 22\n"),
  },
  { when: "slowly please", text: ONE + "word ".repeat(4000) + TWO },
];
