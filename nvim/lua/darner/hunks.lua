--- The hunks that are neither kept nor undone, where typing has moved them, and how they look.

local M = {}

local api = vim.api
local space = api.nvim_create_namespace('darner.hunks')

---@class darner.Hunk
---@field mark integer the extmark over its lines
---@field old string[] the lines that stood there
---@field added boolean whether lines have come in their place
---@field step integer the step of undo that made it
---@field below boolean whether it stands below the line of its mark: what was removed was the end

---@type table<integer, table<integer, darner.Hunk>> by buffer and mark
local boards = {}

--- A change without the lines at both ends that stay as they are; nil if nothing is left.
---@param change darner.Change
---@return darner.Change|nil
function M.trimmed(change)
  local old, new = change.old, change.new
  local most = math.min(#old, #new)
  local head = 0
  while head < most and old[head + 1] == new[head + 1] do
    head = head + 1
  end
  local tail = 0
  while tail < most - head and old[#old - tail] == new[#new - tail] do
    tail = tail + 1
  end
  if head + tail == #old and #old == #new then
    return nil
  end
  return {
    first = change.first + head,
    last = change.last - tail,
    old = vim.list_slice(old, head + 1, #old - tail),
    new = vim.list_slice(new, head + 1, #new - tail),
  }
end

---@param buffer integer
---@param hunk darner.Hunk
---@return integer first, integer last # lines from 0, last exclusive
function M.lines(buffer, hunk)
  local at = api.nvim_buf_get_extmark_by_id(buffer, space, hunk.mark, { details = true })
  if hunk.below then
    return at[1] + 1, at[1] + 1
  end
  return at[1], math.max(at[1], at[3].end_row or at[1])
end

--- Removed lines are shown above the added ones; above the first line of all they only show if there is room for them.
---@param buffer integer
---@param first integer
---@param count integer
local function make_room(buffer, first, count)
  if first > 0 or count == 0 then
    return
  end
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    api.nvim_win_call(window, function()
      local view = vim.fn.winsaveview()
      if view.topline == 1 then
        vim.fn.winrestview({ topfill = math.max(view.topfill, count) })
      end
    end)
  end
end

---@param buffer integer
---@param first integer
---@param last integer
---@param old string[]
---@param step integer
---@return darner.Hunk
local function paint(buffer, first, last, old, step)
  local removed = {}
  for _, line in ipairs(old) do
    -- a tab is as wide as in the buffer, and the colour covers the whole width
    local text = line:gsub('\t', (' '):rep(vim.bo[buffer].tabstop))
    local rest = (' '):rep(math.max(0, vim.o.columns - api.nvim_strwidth(text)))
    removed[#removed + 1] = { { text .. rest, 'DarnerRemoved' } }
  end
  local count = api.nvim_buf_line_count(buffer)
  local below = first >= count -- removed from the end: there is no line to be above
  local mark = api.nvim_buf_set_extmark(buffer, space, below and count - 1 or first, 0, {
    end_row = below and count - 1 or last,
    end_col = 0,
    hl_group = last > first and 'DarnerAdded' or nil,
    hl_eol = true,
    strict = false,
    virt_lines = #removed > 0 and removed or nil,
    virt_lines_above = not below,
    right_gravity = last > first, -- what `u` restores where lines were removed comes to be inside
    end_right_gravity = last == first,
  })
  make_room(buffer, first, #removed)
  return { mark = mark, old = old, added = last > first, below = below, step = step }
end

---@param buffer integer
---@param hunk darner.Hunk
local function forget(buffer, hunk)
  api.nvim_buf_del_extmark(buffer, space, hunk.mark)
  if boards[buffer] then
    boards[buffer][hunk.mark] = nil
  end
  local checks = package.loaded['darner.checks']
  if checks then
    checks.refresh()
  end
end

--- Whether the lines of a hunk are no longer what they were made: a quick look, before the undo tree is read.
---@param buffer integer
---@param hunk darner.Hunk
---@return boolean
local function disturbed(buffer, hunk)
  local first, last = M.lines(buffer, hunk)
  if hunk.below then
    return api.nvim_buf_line_count(buffer) > first
  end
  return hunk.added == (first == last)
end

--- Those that the user has reverted with `u` are no hunks any more.
---@param buffer integer
local function look(buffer)
  local step ---@type integer|nil
  for _, hunk in pairs(boards[buffer] or {}) do
    if disturbed(buffer, hunk) then
      step = step or vim.fn.undotree(buffer).seq_cur
      if step < hunk.step then
        forget(buffer, hunk)
      end
    end
  end
end

---@param buffer integer
local function follow(buffer)
  if boards[buffer] then
    return
  end
  boards[buffer] = {}
  local group = api.nvim_create_augroup('darner.hunks.' .. buffer, {})
  api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    buffer = buffer,
    callback = function()
      look(buffer)
    end,
  })
  api.nvim_create_autocmd('BufUnload', {
    group = group,
    buffer = buffer,
    once = true,
    callback = function()
      boards[buffer] = nil
      api.nvim_del_augroup_by_id(group)
    end,
  })
end

---@param lines string[]
---@param first integer from 0
---@param last integer exclusive
---@param new string[]
---@return string[]
local function replaced(lines, first, last, new)
  local made = vim.list_slice(lines, 1, first)
  vim.list_extend(made, new)
  return vim.list_extend(made, lines, last + 1)
end

--- Changes and the hunks that they touch, as groups of lines. What a hunk restores is the text before all of them.
---@param buffer integer
---@param changes darner.Change[]
---@return darner.Change[] # from the bottom to the top
function M.merge(buffer, changes)
  local items = {} ---@type { first: integer, last: integer, change?: darner.Change, hunk?: darner.Hunk }[]
  for _, change in ipairs(changes) do
    items[#items + 1] = { first = change.first, last = change.last, change = change }
  end
  for _, hunk in ipairs(M.of(buffer)) do
    local first, last = M.lines(buffer, hunk)
    items[#items + 1] = { first = first, last = last, hunk = hunk }
  end
  table.sort(items, function(a, b)
    return a.first < b.first or (a.first == b.first and a.last < b.last)
  end)
  local merged, at = {}, 1 ---@type darner.Change[], integer
  while at <= #items do
    local first, last, to = items[at].first, items[at].last, at
    local touched = items[at].change ~= nil
    while to < #items and items[to + 1].first < last do
      to = to + 1
      last = math.max(last, items[to].last)
      touched = touched or items[to].change ~= nil
    end
    if touched then
      local old = api.nvim_buf_get_lines(buffer, first, last, true)
      local new = old
      for number = to, at, -1 do
        local item = items[number]
        if item.change then
          new = replaced(new, item.first - first, item.last - first, item.change.new)
        else
          old = replaced(old, item.first - first, item.last - first, item.hunk.old)
          forget(buffer, item.hunk)
        end
      end
      table.insert(merged, 1, { first = first, last = last, old = old, new = new })
    end
    at = to + 1
  end
  return merged
end

--- Make hunks of changes that have been made.
---@param buffer integer
---@param changes darner.Change[] from the bottom to the top, in lines of the text before all of them
function M.add(buffer, changes)
  follow(buffer)
  local step = vim.fn.undotree(buffer).seq_cur
  local grown = 0
  for number = #changes, 1, -1 do
    local change = changes[number]
    local whole = { first = change.first + grown, last = change.last + grown, old = change.old, new = change.new }
    local trimmed = M.trimmed(whole)
    if trimmed then
      local hunk = paint(buffer, trimmed.first, trimmed.first + #trimmed.new, trimmed.old, step)
      boards[buffer][hunk.mark] = hunk
    end
    grown = grown + #change.new - (change.last - change.first)
  end
end

--- The hunks of a buffer, from the top.
---@param buffer integer
---@return darner.Hunk[]
function M.of(buffer)
  local found = {}
  buffer = buffer == 0 and api.nvim_get_current_buf() or buffer
  for _, mark in ipairs(api.nvim_buf_is_loaded(buffer) and api.nvim_buf_get_extmarks(buffer, space, 0, -1, {}) or {}) do
    found[#found + 1] = (boards[buffer] or {})[mark[1]]
  end
  return found
end

--- The buffers with hunks.
---@return integer[]
function M.buffers()
  local found = vim.tbl_filter(function(buffer)
    return next(boards[buffer]) ~= nil
  end, vim.tbl_keys(boards))
  table.sort(found)
  return found
end

--- The hunk on a line, from 0.
---@param buffer integer
---@param row integer
---@return darner.Hunk|nil
function M.at(buffer, row)
  for _, hunk in ipairs(M.of(buffer)) do
    local first, last = M.lines(buffer, hunk)
    if first <= row and row < math.max(last, first + 1) then
      return hunk
    end
  end
end

--- Forget hunks: their lines stay.
---@param buffer integer
---@param which darner.Hunk[]
function M.keep(buffer, which)
  for _, hunk in ipairs(which) do
    forget(buffer, hunk)
  end
end

--- The edits that restore the lines that hunks have replaced, from the bottom to the top.
---@param buffer integer
---@param which darner.Hunk[]
---@return darner.Change[]
function M.undoing(buffer, which)
  local changes = {}
  for _, hunk in ipairs(which) do
    local first, last = M.lines(buffer, hunk)
    changes[#changes + 1] =
      { first = first, last = last, old = api.nvim_buf_get_lines(buffer, first, last, true), new = hunk.old }
  end
  table.sort(changes, function(a, b)
    return a.first > b.first
  end)
  return changes
end

return M
