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
  "old.py": "x = 1\n",
  "conftest.py": "y = 1\n",
  "README.md": "# A small workspace\n",
};

/** Nothing more comes before this word until `resume`. */
export const PAUSE = { kind: "pause", when: "slowly please", text: "word" };

export const HOST_REPLIES = [
  { when: "both please", text: ONE + TWO },
  { when: "smile please", text: block("crlf.py", "    return '😀', 1\n", "    return '😀😀', 2\n    # done\n") },
  {
    when: "everywhere please",
    text: ONE + block("b.py", "    return 1\n", "    return 11\n") + block("b.py", "    return 2\n", "    return 22\n"),
  },
  { when: "new file please", text: block("new.py", "", "x = 1\n") },
  {
    when: "move please",
    text: "*** Begin Patch\n*** Update File: old.py\n*** Move to: moved.py\n@@\n-x = 1\n+x = 2\n*** End Patch\n",
  },
  { when: "hook please", text: ONE + block("conftest.py", "y = 1\n", "y = 2\n") },
  { when: "impossible please", text: ONE + block("a.py", "    return 99\n", "    return 0\n") },
  { when: "slowly please", text: ONE + "word\n" + TWO },
  // last: every prompt that shows c.py holds these words
  { when: "right number please", text: block("c.py", "    return 0\n", "    return 3\n") },
];
