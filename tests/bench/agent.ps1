# What bench/agent.py runs: the same launches over the fake Hyper-V by two layouts of the agent, in turns. Writes one line of JSON: the
# milliseconds of processor time of one launch by work and layout, the best of several rounds.
param(
    [Parameter(Mandatory = $true)] [string] $Before,
    [Parameter(Mandatory = $true)] [string] $After,
    [Parameter(Mandatory = $true)] [int] $Rounds
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$tests = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'agent', 'tests'))
Import-Module "$tests/FakeHyperV/FakeHyperV.psd1", "$tests/HostAgent.psm1"

function Measure-Work {
    # Returns the milliseconds of processor time of one call. There have to be enough calls: the clock ticks every 10 ms.
    param([scriptblock] $Measured, [int] $Calls)
    $process = [System.Diagnostics.Process]::GetCurrentProcess()
    $began = $process.TotalProcessorTime
    for ($call = 0; $call -lt $Calls; $call++) { & $Measured }
    $process.Refresh()
    ($process.TotalProcessorTime - $began).TotalMilliseconds / $Calls
}

function Invoke-Layout {
    # Pipes a job into a script of a layout; the launch has to complete.
    param([string] $Folder, [string] $Script, [string] $Text)
    $all = @($Text | ForEach-Object { $input | & "$Folder/$Script" } 6>&1)
    $outcome = ConvertFrom-Json -InputObject ([string]$all[-1])
    if ($outcome.outcome -ne 'completed') { throw "$Script has ended as $($outcome.outcome): $($outcome.message)" }
}

$world = New-TestHost
try {
    $layouts = [ordered]@{ before = $Before; after = $After }
    foreach ($folder in $layouts.Values) { Copy-Item -LiteralPath "$($world.Agent)/agent.json" -Destination $folder }
    $null = Complete-TestMachine $world
    $done = ConvertTo-Pipeline (New-TestJob $world -Attempt 1000)
    for ($number = 1; $number -lt 50; $number++) { $null = New-VM -Name "vm-$number" -Generation 2 -MemoryStartupBytes 1GB -NoVHD }
    $inventory = ConvertTo-Pipeline (New-TestJob $world inventory)
    $attempt = 10
    $works = [ordered]@{
        'functions' = { param($folder) . "$folder/Functions.ps1" }
        'digest' = { param($folder) . "$folder/Functions.ps1"; $null = Get-HvoAgentDigest -AgentFolder $folder }
        'launch with nothing to do' = {
            param($folder)
            $script:attempt++
            Invoke-Layout -Folder $folder -Script 'Invoke-ProvisioningJob.ps1' -Text (ConvertTo-Pipeline (New-TestJob $world -Attempt $script:attempt))
        }
        'inventory of 50 VMs' = { param($folder) Invoke-Layout -Folder $folder -Script 'Get-HostInventory.ps1' -Text $inventory }
    }
    $calls = @{ 'functions' = 50; 'digest' = 20; 'launch with nothing to do' = 20; 'inventory of 50 VMs' = 5 }
    $best = [ordered]@{}
    foreach ($name in $works.Keys) { $best[$name] = [ordered]@{ before = [double]::MaxValue; after = [double]::MaxValue } }
    for ($round = 0; $round -le $Rounds; $round++) {
        foreach ($name in $works.Keys) {
            foreach ($layout in $layouts.Keys) {
                $work, $folder = $works[$name], $layouts[$layout]
                $took = Measure-Work { & $work $folder } $calls[$name]
                # The first round compiles.
                if ($round -gt 0) { $best[$name][$layout] = [Math]::Min($best[$name][$layout], $took) }
            }
        }
    }
    'RESULT ' + (ConvertTo-Json -InputObject $best -Compress)
} finally {
    Remove-TestHost
}
