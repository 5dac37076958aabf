--- What a person does with hunks: next, previous, keep, undo.

local hunks = require('darner.hunks')

local M = {}

---@param step 1|-1
local function go(step)
  local here, row = vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)[1] - 1
  local found ---@type integer|nil
  for _, hunk in ipairs(hunks.of(here)) do
    local first = math.min((hunks.lines(here, hunk)), vim.api.nvim_buf_line_count(here) - 1)
    if step > 0 and first > row then
      found = first
      break
    elseif step < 0 and first < row then
      found = first
    end
  end
  if not found then
    local others = hunks.buffers()
    local at = vim.fn.index(others, here) + 1
    local buffer = others[(at - 1 + step) % math.max(1, #others) + 1]
    local all = buffer and hunks.of(buffer) or {}
    if #all == 0 then
      return require('darner.server').say('no hunks')
    end
    found = hunks.lines(buffer, step > 0 and all[1] or all[#all])
    found = math.min(found, vim.api.nvim_buf_line_count(buffer) - 1)
    vim.cmd("normal! m'")
    vim.api.nvim_set_current_buf(buffer)
  else
    vim.cmd("normal! m'")
  end
  vim.api.nvim_win_set_cursor(0, { found + 1, 0 })
  vim.cmd('normal! zv')
end

--- To the next hunk: in this buffer, then in the next one that has any, and round.
function M.next()
  go(1)
end

--- To the hunk before.
function M.previous()
  go(-1)
end

---@param whole? boolean all of the buffer
---@return darner.Hunk[]
local function chosen(whole)
  local buffer = vim.api.nvim_get_current_buf()
  local found = whole and hunks.of(buffer) or { hunks.at(buffer, vim.api.nvim_win_get_cursor(0)[1] - 1) }
  if #found == 0 then
    require('darner.server').say(whole and 'no hunks in this buffer' or 'no hunk at the cursor')
  end
  return found
end

--- Keep the hunk at the cursor, or all of the buffer.
---@param whole? boolean
function M.keep(whole)
  hunks.keep(vim.api.nvim_get_current_buf(), chosen(whole))
end

--- Restore what the hunk at the cursor has replaced, or all hunks of the buffer.
---@param whole? boolean
function M.undo(whole)
  local buffer, which = vim.api.nvim_get_current_buf(), chosen(whole)
  if #which > 0 then
    require('darner.apply').restore(buffer, hunks.undoing(buffer, which))
    hunks.keep(buffer, which)
  end
end

return M
