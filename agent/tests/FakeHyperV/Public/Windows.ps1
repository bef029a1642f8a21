function Get-WinEvent {
    <#
    .SYNOPSIS
    Returns entries of an event log, the newest first; that there are none is an error.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory)] [hashtable] $FilterHashtable,
        [long] $MaxEvents = [long]::MaxValue
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $path = Get-FakePath 'events.jsonl'
        $lines = if ([System.IO.File]::Exists($path)) { [System.IO.File]::ReadAllLines($path) } else { @() }
        $start = [DateTime]::new(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
        $events = @(foreach ($line in $lines) {
                $one = ConvertFrom-Json -InputObject $line
                $made = $start.AddSeconds($one.at).ToLocalTime()
                if ($one.logName -ne $FilterHashtable['LogName']) { continue }
                if ($FilterHashtable.ContainsKey('StartTime') -and $made -lt ([DateTime] $FilterHashtable['StartTime']).ToLocalTime()) { continue }
                if ($FilterHashtable.ContainsKey('Id') -and $one.id -notin @($FilterHashtable['Id'])) { continue }
                [pscustomobject] @{
                    PSTypeName = 'System.Diagnostics.Eventing.Reader.EventLogRecord'
                    TimeCreated = $made; Id = [int] $one.id; LogName = $one.logName; Level = [int] $one.level; Message = $one.message
                }
            })
        if ($events.Count -eq 0) {
            $text = 'No events were found that match the specified selection criteria.'
            Write-FakeError $PSCmdlet $text 'NoMatchingEventsFound' 'ObjectNotFound' $FilterHashtable
            return
        }
        $events | Sort-Object -Property TimeCreated -Descending | Select-Object -First ([math]::Min($MaxEvents, $events.Count))
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ItemProperty {
    <#
    .SYNOPSIS
    Reads the host's MachineGuid from the registry; every other item is read by the real cmdlet.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    param(
        [Parameter(ParameterSetName = 'Path', Position = 0, Mandatory, ValueFromPipeline)] [string[]] $Path,
        [Parameter(ParameterSetName = 'LiteralPath', Mandatory, ValueFromPipelineByPropertyName)] [Alias('PSPath')] [string[]] $LiteralPath,
        [Parameter(Position = 1)] [string[]] $Name
    )
    process {
        $wanted = @(@($Path) + @($LiteralPath) | Where-Object { $_ })[0]
        if ($wanted -notlike 'HKLM:*') {
            return Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters
        }
        $lock = Enter-FakeCall $PSCmdlet
        try {
            if ($wanted -ne 'HKLM:\SOFTWARE\Microsoft\Cryptography') {
                Write-FakeError $PSCmdlet "Cannot find path '$wanted' because it does not exist." 'PathNotFound' 'ObjectNotFound' $wanted
                return
            }
            [pscustomobject] @{ MachineGuid = [string] (Get-FakeHostFact).machineGuid }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
