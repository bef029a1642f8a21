<#
.SYNOPSIS
    Runs the pipelines requested on standard input, one after another, and writes their streams to standard output.
.DESCRIPTION
    Both are lines of JSON. Input: {"script": path, "inputs": [text, ...]} starts a pipeline, as does {"text": a script's text,
    "inputs": [text, ...]}; {"ack": true} continues it after a record with tags; {"stop": true} stops it as Ctrl-C does.
    Output: {"s": stream, "text": ..., ...} for every object of every stream; {"s": "end", "state": ..., ...} when the pipeline
    has ended; {"s": "ready"} when the next one may start. A record with tags waits for its ack, so that the reader can kill
    this process, or let it hang, at that point. Each pipeline has its own runspace. The process exits at the end of its input.
.PARAMETER Module
    Path of the module that stands in for the Windows-only cmdlets.
#>
param([Parameter(Mandatory = $true)] [string] $Module)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$utf8 = New-Object System.Text.UTF8Encoding($false)
$reader = New-Object System.IO.StreamReader([Console]::OpenStandardInput(), $utf8)
$writer = New-Object System.IO.StreamWriter([Console]::OpenStandardOutput(), $utf8)
$writer.AutoFlush = $true
$relay = @{
    Out = [System.IO.TextWriter]::Synchronized($writer)
    Gate = New-Object System.Threading.SemaphoreSlim(0)
}

# Runs in the pipeline's own runspace: all streams but progress come here one object at a time, before the script goes on.
$pump = {
    param($Relay, $Script, $Text, $Inputs)
    $command = if ($Text) { [scriptblock]::Create($Text) } else { $Script }
    $Inputs | & $command *>&1 | ForEach-Object {
        $line = [ordered] @{ s = 'output'; text = "$_" }
        if ($_ -is [System.Management.Automation.ErrorRecord]) {
            $line.s = 'error'
            $line.text = $_.Exception.Message
            $line.id = $_.FullyQualifiedErrorId
            $line.type = $_.Exception.GetType().FullName
        } elseif ($_ -is [System.Management.Automation.WarningRecord]) {
            $line.s = 'warning'
        } elseif ($_ -is [System.Management.Automation.VerboseRecord]) {
            $line.s = 'verbose'
        } elseif ($_ -is [System.Management.Automation.DebugRecord]) {
            $line.s = 'debug'
        } elseif ($_ -is [System.Management.Automation.InformationRecord]) {
            $line.s = 'information'
            $line.text = "$($_.MessageData)"
            $line.tags = @($_.Tags)
        }
        $Relay.Out.WriteLine((ConvertTo-Json -InputObject $line -Compress))
        if ($line.s -eq 'information' -and $line.tags.Count -gt 0) {
            # In short waits: a stop takes effect between them.
            while (-not $Relay.Gate.Wait(20)) { }
        }
    }
}

$state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
$state.ImportPSModule(@($Module))

function New-RelayRunspace {
    <#
    .SYNOPSIS
        Opens the runspace of the next pipeline; the commands that every script needs are loaded ahead.
    #>
    $made = [runspacefactory]::CreateRunspace($state)
    $made.Open()
    $warm = [powershell]::Create()
    $warm.Runspace = $made
    [void] $warm.AddScript('$null = ConvertFrom-Json (ConvertTo-Json @{ a = 1 }); $null = Get-Random; $null = Get-Location').Invoke()
    $warm.Dispose()
    $made
}

function Send-RelayProgress {
    <#
    .SYNOPSIS
        Tells of the progress records so far: they have a stream that cannot be redirected.
    #>
    param([System.Management.Automation.PowerShell] $Pipeline)
    foreach ($record in $Pipeline.Streams.Progress.ReadAll()) {
        $line = [ordered] @{ s = 'progress'; text = $record.Activity; status = $record.StatusDescription; percent = $record.PercentComplete }
        $relay.Out.WriteLine((ConvertTo-Json -InputObject $line -Compress))
    }
}

function Send-RelayError {
    <#
    .SYNOPSIS
        Tells of an error that was not the script's but that of starting it.
    #>
    param([System.Management.Automation.ErrorRecord] $Record)
    $line = [ordered] @{
        s = 'error'; text = $Record.Exception.Message; id = $Record.FullyQualifiedErrorId; type = $Record.Exception.GetType().FullName
    }
    $relay.Out.WriteLine((ConvertTo-Json -InputObject $line -Compress))
}

$runspace = New-RelayRunspace
$relay.Out.WriteLine('{"s":"ready"}')
$next = $reader.ReadLineAsync()
while ($null -ne ($command = $next.GetAwaiter().GetResult())) {
    $begin = ConvertFrom-Json -InputObject $command
    $next = $reader.ReadLineAsync()
    if (-not $begin.PSObject.Properties['inputs']) { continue }
    while ($relay.Gate.Wait(0)) { }
    $pipeline = [powershell]::Create()
    $pipeline.Runspace = $runspace
    [void] $pipeline.AddScript($pump.ToString()).AddArgument($relay).AddArgument($begin.script).AddArgument($begin.text).AddArgument($begin.inputs)
    $running = $pipeline.BeginInvoke()
    $handles = [System.Threading.WaitHandle[]] @($running.AsyncWaitHandle, ([System.IAsyncResult] $next).AsyncWaitHandle)
    while (-not $running.IsCompleted) {
        [void] [System.Threading.WaitHandle]::WaitAny($handles, 200)
        Send-RelayProgress $pipeline
        if (-not $next.IsCompleted) { continue }
        $command = $next.Result
        if ($null -eq $command) { [Environment]::Exit(0) }
        $next = $reader.ReadLineAsync()
        $handles[1] = ([System.IAsyncResult] $next).AsyncWaitHandle
        $told = ConvertFrom-Json -InputObject $command
        if ($told.PSObject.Properties['ack']) { [void] $relay.Gate.Release() }
        if ($told.PSObject.Properties['stop']) { [void] $pipeline.BeginStop($null, $null) }
    }
    Send-RelayProgress $pipeline
    foreach ($record in $pipeline.Streams.Error.ReadAll()) { Send-RelayError $record }
    $info = $pipeline.InvocationStateInfo
    $line = [ordered] @{ s = 'end'; state = "$($info.State)"; text = ''; id = ''; type = '' }
    if ($null -ne $info.Reason) {
        $line.text = $info.Reason.Message
        $line.type = $info.Reason.GetType().FullName
        if ($info.Reason.PSObject.Properties['ErrorRecord']) { $line.id = $info.Reason.ErrorRecord.FullyQualifiedErrorId }
    }
    $relay.Out.WriteLine((ConvertTo-Json -InputObject $line -Compress))
    $pipeline.Dispose()
    $runspace.Dispose()
    $runspace = New-RelayRunspace
    $relay.Out.WriteLine('{"s":"ready"}')
}
