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

--- Edits as one change of whole lines, without those that stay as they are; nil if it changes nothing.
---@param buffer integer
---@param edits lsp.TextEdit[] in order, one beginning where the other ends or further down
---@param encoding string
---@return darner.Change|nil
local function change_of(buffer, edits, encoding)
  local count = vim.api.nvim_buf_line_count(buffer)
  local first, text, end_row, end_column
  for _, edit in ipairs(edits) do
    local row, column = place(buffer, edit.range.start, encoding)
    if not first then
      first = row
      text = (vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''):sub(1, column)
    elseif end_row < count then
      local between = row < count and { row, column } or { count - 1, -1 }
      local lines = vim.api.nvim_buf_get_text(buffer, end_row, end_column, between[1], between[2], {})
      text = text .. table.concat(lines, '\n') .. (row < count and '' or '\n')
    end
    text = text .. edit.newText:gsub('\r\n?', '\n')
    end_row, end_column = place(buffer, edit.range['end'], encoding)
  end
  local last = end_row
  local new ---@type string[]|nil
  if end_row < count and (end_column > 0 or (text ~= '' and text:sub(-1) ~= '\n')) then
    last = end_row + 1
    text = text .. vim.api.nvim_buf_get_lines(buffer, end_row, last, false)[1]:sub(end_column + 1)
  elseif text:sub(-1) == '\n' then
    text = text:sub(1, -2)
  elseif text == '' then
    new = {}
  end
  if count == 1 and text ~= '' and vim.api.nvim_buf_get_lines(buffer, 0, 1, true)[1] == '' then
    last = 1 -- the line of a buffer that has none
  end
  first, last = math.min(first, count), math.min(last, count)
  local old = vim.api.nvim_buf_get_lines(buffer, first, last, true)
  return hunks.trimmed({ first = first, last = last, old = old, new = new or vim.split(text, '\n', { plain = true }) })
end

--- The changes that edits make; those that touch the same line are one.
---@param buffer integer
---@param edits lsp.TextEdit[]
---@param encoding string
---@return darner.Change[] # from the bottom to the top
local function changes_of(buffer, edits, encoding)
  local ordered = vim.list_slice(edits)
  table.sort(ordered, function(a, b)
    local one, other = a.range.start, b.range.start
    return one.line < other.line or (one.line == other.line and one.character < other.character)
  end)
  local groups = {} ---@type lsp.TextEdit[][]
  local last = -1
  for _, edit in ipairs(ordered) do
    if edit.range.start.line <= last then
      table.insert(groups[#groups], edit)
    else
      groups[#groups + 1] = { edit }
    end
    last = edit.range['end'].line
  end
  local changes = {}
  for number = #groups, 1, -1 do
    changes[#changes + 1] = change_of(buffer, groups[number], encoding)
  end
  return changes
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

--- Apply edits to a buffer and remember them as hunks; those that restore what a hunk has replaced end the hunk.
---@param buffer integer
---@param edits lsp.TextEdit[]
---@param encoding string
function M.edit(buffer, edits, encoding)
  local changes = changes_of(buffer, edits, encoding)
  if #changes == 0 then
    return
  end
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
    return 'the buffer changed while the patch was applied'
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
  local made = {} ---@type table<string, true> not to be loaded before they are there
  for _, each in ipairs(parts) do
    if each.kind == 'delete' and not agreed(each) then
      return { applied = false, failureReason = 'the file must stay' }
    end
    made[each.kind == 'create' and each.uri or ''] = true
    local reason = not each.kind and not made[each.textDocument.uri] and obstacle(each)
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
