--- Puts the server's edits into buffers: the round of hunks of a patch, in one step of undo with the rounds before it.

local hunks = require('darner.hunks')

local M = {}

---@class darner.Change Lines first..last (from 0, last exclusive) become `new`
---@field first integer
---@field last integer
---@field old string[]
---@field new string[]

---@type table<integer, integer> the tick after our last edit of a buffer
local ours = {}

--- The next edit of ours in any buffer begins a step of undo.
function M.begin()
  ours = {}
end

---@param buffer integer
---@param position lsp.Position
---@param encoding string
---@return integer row, integer column
local function place(buffer, position, encoding)
  local line = vim.api.nvim_buf_get_lines(buffer, position.line, position.line + 1, false)[1] or ''
  return position.line, vim.str_byteindex(line, encoding, position.character, false)
end

--- An edit as whole lines, without those that stay as they are; nil if it changes nothing.
---@param buffer integer
---@param edit lsp.TextEdit
---@param encoding string
---@return darner.Change|nil
local function change_of(buffer, edit, encoding)
  local count = vim.api.nvim_buf_line_count(buffer)
  local row, column = place(buffer, edit.range.start, encoding)
  local end_row, end_column = place(buffer, edit.range['end'], encoding)
  local head = (vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''):sub(1, column)
  local text = head .. edit.newText:gsub('\r\n?', '\n')
  local last = end_row
  if end_row < count and (end_column > 0 or (text ~= '' and text:sub(-1) ~= '\n')) then
    last = end_row + 1
    text = text .. vim.api.nvim_buf_get_lines(buffer, end_row, last, false)[1]:sub(end_column + 1)
  elseif text:sub(-1) == '\n' then
    text = text:sub(1, -2)
  elseif text == '' then
    text = nil
  end
  local first = math.min(row, count)
  last = math.min(last, count)
  local old = vim.api.nvim_buf_get_lines(buffer, first, last, true)
  local new = text and vim.split(text, '\n', { plain = true }) or {}
  return hunks.trimmed({ first = first, last = last, old = old, new = new })
end

---@param buffer integer
---@param changes darner.Change[] from the bottom to the top
local function put(buffer, changes)
  if vim.api.nvim_buf_get_changedtick(buffer) == ours[buffer] then
    pcall(vim.cmd.undojoin)
  else
    vim.bo[buffer].undolevels = vim.bo[buffer].undolevels -- what was typed is a step of its own
  end
  for _, each in ipairs(changes) do
    vim.api.nvim_buf_set_lines(buffer, each.first, each.last, true, each.new)
  end
  vim.bo[buffer].undolevels = vim.bo[buffer].undolevels -- and so is what will be typed
  ours[buffer] = vim.api.nvim_buf_get_changedtick(buffer)
end

--- Apply edits to a buffer and remember them as hunks; those that put back what a hunk has replaced end the hunk.
---@param buffer integer
---@param edits lsp.TextEdit[]
---@param encoding string
function M.edit(buffer, edits, encoding)
  local changes = {} ---@type darner.Change[]
  for _, each in ipairs(edits) do
    changes[#changes + 1] = change_of(buffer, each, encoding)
  end
  if #changes == 0 then
    return
  end
  table.sort(changes, function(a, b)
    return a.first > b.first
  end)
  local merged = hunks.merge(buffer, changes)
  vim.api.nvim_buf_call(buffer, function()
    put(buffer, changes)
  end)
  hunks.add(buffer, merged)
end

--- Put lines back in a step of undo of their own.
---@param buffer integer
---@param changes darner.Change[]
function M.restore(buffer, changes)
  ours[buffer] = nil
  vim.api.nvim_buf_call(buffer, function()
    put(buffer, changes)
  end)
  ours[buffer] = nil
end

---@param uri string
---@return integer
local function loaded(uri)
  local buffer = vim.uri_to_bufnr(uri)
  if not vim.api.nvim_buf_is_loaded(buffer) then
    vim.fn.bufload(buffer)
  end
  vim.bo[buffer].buflisted = true
  return buffer
end

--- Why an edit cannot be made now, nil if it can.
---@param change lsp.TextDocumentEdit
---@return string|nil
local function obstacle(change)
  local buffer = loaded(change.textDocument.uri)
  local version = change.textDocument.version
  if type(version) == 'number' and vim.lsp.util.buf_versions[buffer] ~= version then
    return 'the buffer has been changed meanwhile'
  end
  return not vim.bo[buffer].modifiable and 'the buffer cannot be changed' or nil
end

---@param change lsp.DeleteFile
---@return boolean
local function agreed(change)
  local name = vim.fn.fnamemodify(vim.uri_to_fname(change.uri), ':~:.')
  return vim.fn.confirm('darner: delete ' .. name .. '?', '&Delete\n&No', 2) == 1
end

--- Handle `workspace/applyEdit`: all of it or nothing.
---@param params lsp.ApplyWorkspaceEditParams
---@param client_id integer
---@return lsp.ApplyWorkspaceEditResult
function M.handle(params, client_id)
  local client = assert(vim.lsp.get_client_by_id(client_id))
  local parts = params.edit.documentChanges or {}
  for _, each in ipairs(parts) do
    if each.kind == 'delete' and not agreed(each) then
      return { applied = false, failureReason = 'the file is to stay' }
    end
    local reason = not each.kind and obstacle(each)
    if reason then
      return { applied = false, failureReason = reason }
    end
  end
  local done, failure = pcall(function()
    for _, each in ipairs(parts) do
      if each.kind then
        vim.lsp.util.apply_workspace_edit({ documentChanges = { each } }, client.offset_encoding)
      else
        M.edit(loaded(each.textDocument.uri), each.edits, client.offset_encoding)
      end
    end
  end)
  return { applied = done, failureReason = not done and tostring(failure) or nil }
end

return M
