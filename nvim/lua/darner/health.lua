--- `:checkhealth darner`.

local M = {}

---@param command string[]
---@return boolean, string
local function run(command)
  local done, result = pcall(function()
    return vim.system(command, { text = true, timeout = 20000 }):wait()
  end)
  if not done then
    return false, tostring(result)
  end
  return result.code == 0, result.stdout ~= '' and result.stdout or result.stderr
end

---@param told table what `darner doctor --json` says
local function doctor(told)
  local health = vim.health
  health.info('settings: ' .. told.settings)
  for _, each in ipairs(told.endpoints or {}) do
    local said = ('endpoint %s (%s)'):format(each.name, each.model)
    if each.reachable == false then
      health.error(said .. ': ' .. each.problem, 'look at ' .. told.settings)
    else
      health.ok(said .. (each.problem ~= '' and ': ' .. each.problem or ''))
    end
  end
  local embedded = told.embedded
  if embedded and embedded.used then
    if embedded.here then
      health.ok('embedded model: ' .. embedded.model)
    else
      health.warn(
        'no endpoint is configured, and the embedded model has not been downloaded',
        'run `darner model pull`'
      )
    end
  end
  local index = told.index
  if index then
    health.ok(('index: %d files, %d symbols in %.1f s'):format(index.files, index.symbols, index.seconds))
  end
end

function M.check()
  local health = vim.health
  health.start('darner')
  if vim.fn.has('nvim-0.11') == 0 then
    return health.error('Neovim 0.11 or newer is required')
  end
  local config = vim.lsp.config.darner
  local command = config and config.cmd
  if type(command) ~= 'table' then
    return health.error('the server is not configured', "call require('darner').setup{}")
  end
  local program = vim.fn.exepath(command[1])
  if program == '' then
    return health.error(command[1] .. ' is not on the PATH', 'uv tool install darner')
  end
  local works, version = run({ program, '--version' })
  if not works then
    return health.error(program .. ' does not run: ' .. version)
  end
  health.ok(('%s (%s)'):format(vim.trim(version), program))
  local clients = vim.lsp.get_clients({ name = 'darner' })
  if #clients == 0 then
    health.info('no server is running because no buffer has a file')
  end
  for _, client in ipairs(clients) do
    health.ok(('serves %d buffers of %s'):format(vim.tbl_count(client.attached_buffers), client.root_dir or 'no root'))
  end
  local root = clients[1] and clients[1].root_dir
  local found, said = run(vim.list_extend({ program, 'doctor', '--json' }, root and { '--root', root } or {}))
  local read, told = pcall(vim.json.decode, vim.trim(said), { luanil = { object = true, array = true } })
  if read and type(told) == 'table' then
    doctor(told)
  elseif not found then
    health.error('darner doctor: ' .. vim.trim(said))
  end
end

return M
