// The question "what is to change?", with the instructions given before.

import * as vscode from "vscode";

const HISTORY = "darner.instructions";
const MOST = 50;

export class Asking {
  private readonly memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.memory = memory;
  }

  /** Ask for an instruction. Undefined if the person has left. */
  ask(title: string, detail: Thenable<string>): Promise<string | undefined> {
    const input = vscode.window.createQuickPick<Row>();
    input.title = title;
    input.placeholder = "Describe the change (Enter to send, ↓ for recent instructions, Esc to cancel)";
    input.ignoreFocusOut = false;
    const show = (): void => {
      input.items = itemsFor(input.value, this.history());
    };
    show();
    void detail.then(
      (said) => {
        input.title = said === "" ? title : `${title} · ${said}`;
      },
      () => undefined,
    );
    return new Promise((resolve) => {
      input.onDidChangeValue(show);
      input.onDidAccept(() => {
        const said = chosenOf(input.value, input.activeItems[0]);
        if (said !== "") {
          void this.remember(said);
          resolve(said);
          input.hide();
        }
      });
      input.onDidHide(() => {
        resolve(undefined);
        input.dispose();
      });
      input.show();
    });
  }

  private history(): string[] {
    return this.memory.get<string[]>(HISTORY, []);
  }

  private remember(said: string): Thenable<void> {
    return this.memory.update(HISTORY, [said, ...this.history().filter((each) => each !== said)].slice(0, MOST));
  }
}

interface Row extends vscode.QuickPickItem {
  /** The text that this row was made for. */
  readonly typed: string;
}

/** The typed text comes first, so that Enter takes it; then the earlier instructions. */
export function itemsFor(value: string, history: readonly string[]): Row[] {
  const typed = value.trim();
  const earlier = history
    .filter((each) => each !== typed && each.toLowerCase().includes(typed.toLowerCase()))
    .map((label) => ({ label, typed: value, iconPath: new vscode.ThemeIcon("history") }));
  return typed === ""
    ? earlier
    : [{ label: typed, typed: value, iconPath: new vscode.ThemeIcon("sparkle"), alwaysShow: true }, ...earlier];
}

/** The row that is chosen, unless it belongs to an older text: the list may lag behind fast fingers. */
function chosenOf(value: string, row: Row | undefined): string {
  return row?.typed === value ? row.label : value.trim();
}
