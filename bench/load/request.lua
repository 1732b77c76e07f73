-- Sends what a plan (a file of load/plan.ts, the only argument) describes, counts the statuses, and prints one line of JSON.
local threads = {}

function setup(thread)
  thread:set('position', #threads)
  table.insert(threads, thread)
end

-- The numbers of one request; a plan's texts are functions of them.
local function padded(number, digits) return string.format('%0' .. digits .. 'd', number) end

function init(arguments)
  plan = dofile(arguments[1])
  math.randomseed(plan.seed + position)
  serial = plan.first + position
  statuses, wrong = {}, 0
  expected = {}
  for _, status in ipairs(plan.expects) do expected[status] = true end
end

-- A template is a list of texts and of {what, modulus, more, digits}.
local function filled(template, n, new)
  if #template == 1 and type(template[1]) == 'string' then return template[1] end
  local parts = {}
  for index, part in ipairs(template) do
    if type(part) == 'string' then
      parts[index] = part
    else
      local number = part.what == 'n' and n or new
      if part.modulus > 0 then number = number % part.modulus end
      number = number + part.more
      parts[index] = part.digits > 0 and padded(number, part.digits) or string.format('%.0f', number)
    end
  end
  return table.concat(parts)
end

local function drawn()
  if #plan.operations == 1 then return plan.operations[1] end
  local lot = math.random() * plan.weight
  for _, operation in ipairs(plan.operations) do
    lot = lot - operation.weight
    if lot < 0 then return operation end
  end
  return plan.operations[#plan.operations]
end

function request()
  local operation = drawn()
  local n = math.random(operation.from, operation.to)
  local new = serial
  serial = serial + plan.threads
  local head = filled(operation.head, n, new)
  if not operation.body then return head .. '\r\n' end
  local body = filled(operation.body, n, new)
  return head .. 'Content-Length: ' .. #body .. '\r\n\r\n' .. body
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
  if not expected[status] then wrong = wrong + 1 end
end

function done(summary, latency)
  local counts, wrong = {}, 0
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get('wrong')
    for status, count in pairs(thread:get('statuses')) do counts[status] = (counts[status] or 0) + count end
  end
  local listed = {}
  for status, count in pairs(counts) do table.insert(listed, string.format('"%d":%d', status, count)) end
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"wrong":%d,"failed":%d,"statuses":{%s},"p50":%.3f,"p99":%.3f}',
    summary.requests, summary.duration / 1e6, wrong, failed, table.concat(listed, ','),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
