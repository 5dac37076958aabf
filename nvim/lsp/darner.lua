---@brief
---
--- darner: near-instant code patches. Install the server with `uv tool install darner` or `pipx install darner`.
---
--- Endpoints and keys belong into darner's own settings (`darner doctor` names the file). One server serves every
--- file type. Ask it with `:lua vim.lsp.buf.code_action()` at a `darner:` comment, or with the command `darner.patch`.

---@type vim.lsp.Config
return {
  cmd = { 'darner', 'serve' },
  cmd_cwd = vim.uv.os_homedir(), -- not in the workspace,
  cmd_env = { PYTHONPATH = '' }, -- and with nothing that would have Python import from it
  root_markers = { '.darner.toml', '.git' },
}
