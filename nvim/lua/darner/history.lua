--- The instructions given before, the latest first.

local M = {}

local MOST = 100

---@return string
local function file()
  return vim.fn.stdpath('state') .. '/darner-instructions'
end

---@return string[]
function M.all()
  local found = io.open(file())
  if not found then
    return {}
  end
  local text = found:read('*a')
  found:close()
  return vim.split(vim.trim(text), '\n', { plain = true, trimempty = true })
end

---@param instruction string
function M.add(instruction)
  local said = instruction:gsub('%s+', ' ')
  local lines = { said }
  for _, each in ipairs(M.all()) do
    if each ~= said and #lines < MOST then
      lines[#lines + 1] = each
    end
  end
  vim.fn.mkdir(vim.fn.stdpath('state') --[[@as string]], 'p')
  local opened = io.open(file(), 'w')
  if opened then
    opened:write(table.concat(lines, '\n'), '\n')
    opened:close()
  end
end

--- Completion of `:Darner`: instructions that begin with what has been typed, from the word at the cursor on.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local typed = line:match('Darner!?%s+(.*)$') or ''
  local before = typed:sub(1, #typed - #lead)
  local found = {}
  for _, each in ipairs(M.all()) do
    if vim.startswith(each, typed) then
      found[#found + 1] = each:sub(#before + 1)
    end
  end
  return found
end

return M
