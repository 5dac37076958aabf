--- Ghost text at the cursor, also where Neovim has none of its own. No waiting for a pause: the server decides.

local api = vim.api
local space = api.nvim_create_namespace('darner.ghost')

local M = {}

---@class darner.Ghost
---@field buffer integer
---@field row integer
---@field column integer where `text` begins: before the word at the cursor
---@field text string

---@type darner.Ghost|nil
local shown
---@type fun()|nil
local cancel

local function hide()
  if shown then
    if api.nvim_buf_is_valid(shown.buffer) then
      api.nvim_buf_clear_namespace(shown.buffer, space, 0, -1)
    end
    shown = nil
  end
end

--- What of a suggestion is still to come at the cursor; nil if something else has been typed.
---@param ghost darner.Ghost
---@return string|nil rest, integer row, integer column
local function rest_of(ghost)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  row = row - 1
  if api.nvim_get_current_buf() ~= ghost.buffer or row ~= ghost.row or column < ghost.column then
    return nil, row, column
  end
  local typed = api.nvim_buf_get_text(ghost.buffer, row, ghost.column, row, column, {})[1]
  if #typed >= #ghost.text or not vim.startswith(ghost.text, typed) then
    return nil, row, column
  end
  return ghost.text:sub(#typed + 1), row, column
end

---@param ghost darner.Ghost
local function show(ghost)
  local rest, row, column = rest_of(ghost)
  if not rest then
    return hide()
  end
  local lines = vim.split(rest, '\n', { plain = true })
  local below = {}
  for number = 2, #lines do
    below[#below + 1] = { { lines[number], 'DarnerGhost' } }
  end
  api.nvim_buf_clear_namespace(ghost.buffer, space, 0, -1)
  api.nvim_buf_set_extmark(ghost.buffer, space, row, column, {
    virt_text = { { lines[1], 'DarnerGhost' } },
    virt_text_pos = 'inline',
    virt_lines = #below > 0 and below or nil,
  })
  shown = ghost
end

---@param client vim.lsp.Client
---@param buffer integer
---@param result lsp.InlineCompletionList|lsp.InlineCompletionItem[]|nil
local function take(client, buffer, result)
  local item = result and (result.items or result)[1]
  if not item or api.nvim_get_current_buf() ~= buffer or not vim.startswith(api.nvim_get_mode().mode, 'i') then
    return
  end
  local start = item.range and item.range.start
  local row = start and start.line or api.nvim_win_get_cursor(0)[1] - 1
  local line = api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''
  local column = start and vim.str_byteindex(line, client.offset_encoding, start.character, false)
    or api.nvim_win_get_cursor(0)[2]
  local text = item.insertText:gsub('\r\n?', '\n')
  show({ buffer = buffer, row = row, column = column, text = text })
end

local function ask()
  if cancel then
    cancel()
    cancel = nil
  end
  if shown then
    show(shown) -- as long as the same is typed
  end
  local buffer = api.nvim_get_current_buf()
  local native = vim.lsp.inline_completion
  local client = require('darner.server').client(buffer)
  if not client or (native and native.is_enabled({ bufnr = buffer })) then
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding) --[[@as table]]
  params.context = { triggerKind = 2 }
  local mine ---@type integer|nil
  local sent, request = client:request('textDocument/inlineCompletion', params, function(failure, result)
    if mine and not failure then
      cancel = nil
      take(client, buffer, result)
    end
  end, buffer)
  if sent and request then
    mine = request
    cancel = function()
      mine = nil
      client:cancel_request(request)
    end
  end
end

--- Suggest in a buffer while the user types.
---@param buffer integer
function M.attach(buffer)
  local group = api.nvim_create_augroup('darner.ghost.' .. buffer, {})
  api.nvim_create_autocmd({ 'InsertEnter', 'CursorMovedI' }, { group = group, buffer = buffer, callback = ask })
  local function leave()
    if cancel then
      cancel()
      cancel = nil
    end
    hide()
  end
  api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, { group = group, buffer = buffer, callback = leave })
  -- CTRL-C leaves insert mode without InsertLeave
  api.nvim_create_autocmd('ModeChanged', { group = group, pattern = 'i*:n*', callback = leave })
end

--- Take what is shown.
---@return boolean # whether there was something
function M.accept()
  local rest, row, column
  if shown then
    rest, row, column = rest_of(shown)
  end
  if not rest then
    return false
  end
  hide()
  local lines = vim.split(rest, '\n', { plain = true })
  api.nvim_buf_set_text(0, row, column, row, column, lines)
  api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and column or 0) + #lines[#lines] })
  return true
end

--- Do what the key did before it was ours.
local function type_key()
  local darner = require('darner')
  local before = darner.before
  local keys = darner.options.maps.accept
  if before.expr == 1 then
    keys = before.callback and before.callback() or api.nvim_eval(before.rhs)
  elseif before.callback then
    return before.callback()
  elseif before.rhs then
    keys = before.rhs
  end
  if type(keys) == 'string' and keys ~= '' then
    local remap = before.lhs and before.noremap == 0
    api.nvim_feedkeys(vim.keycode(keys), remap and 'im' or 'in', false)
  end
end

--- Take what is shown, or do what the key does without us.
function M.accept_or_type()
  if not M.accept() then
    type_key()
  end
end

return M
