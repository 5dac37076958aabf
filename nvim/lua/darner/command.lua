--- `:Darner`: from the typed words to the request.

local M = {}

---@param given vim.api.keyset.create_user_command.command_args
---@return string scope, lsp.Range|nil range
local function place(given)
  if given.bang then
    return 'workspace', nil
  end
  local last = vim.api.nvim_buf_line_count(0)
  if given.range > 0 and given.line1 == 1 and given.line2 == last then
    return 'file', nil
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local first = given.range > 0 and given.line1 or line
  local to = given.range > 0 and given.line2 or line
  -- without a range the server takes the function around the cursor
  local column = given.range > 0 and #vim.fn.getline(to) or 0
  local client = require('darner.server').client()
  if client and column > 0 then
    column = vim.str_utfindex(vim.fn.getline(to), client.offset_encoding, column)
  end
  return 'range', { start = { line = first - 1, character = 0 }, ['end'] = { line = to - 1, character = column } }
end

---@param given vim.api.keyset.create_user_command.command_args
function M.run(given)
  if not require('darner.server').wanted() then
    return
  end
  local scope, range = place(given)
  local buffer = vim.api.nvim_get_current_buf()
  local function ask(said)
    if said and vim.trim(said) ~= '' then
      require('darner.history').add(vim.trim(said))
      require('darner.patch').ask(buffer, {
        textDocument = { uri = vim.uri_from_bufnr(buffer) },
        instruction = vim.trim(said),
        scope = scope,
        range = range,
      })
    end
  end
  if given.args == '' then
    return vim.ui.input({ prompt = 'darner: instruction: ' }, ask)
  end
  ask(given.args)
end

return M
