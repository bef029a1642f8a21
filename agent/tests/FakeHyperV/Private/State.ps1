function Get-FakeRoot {
    <#
    .SYNOPSIS
    Returns the folder that holds the state.
    #>
    if (-not $env:HVO_FAKE_STATE) {
        throw 'The environment variable HVO_FAKE_STATE names no folder: call New-FakeHost, or set it.'
    }
    $env:HVO_FAKE_STATE
}

function Get-FakePath {
    <#
    .SYNOPSIS
    Returns the path of a file of the state.
    #>
    param([string[]] $Part)
    $path = Get-FakeRoot
    foreach ($one in $Part) {
        $path = [System.IO.Path]::Combine($path, $one)
    }
    $path
}

function Lock-FakeState {
    <#
    .SYNOPSIS
    Takes the lock that all processes share; the caller disposes of what it gets.
    .NOTES
    An exclusive handle is flock(2) on Linux: whoever plays the guests can take it too, and a killed process frees it.
    #>
    $path = Get-FakePath '.lock'
    $until = [DateTime]::UtcNow.AddSeconds(30)
    while ($true) {
        try {
            return New-Object System.IO.FileStream($path, [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite, [System.IO.FileShare]::None)
        } catch [System.IO.IOException] {
            if ([DateTime]::UtcNow -gt $until) { throw }
            [System.Threading.Thread]::Sleep(5)
        }
    }
}

function Read-FakeFile {
    <#
    .SYNOPSIS
    Reads a JSON file of the state; nothing if there is none.
    #>
    param([string[]] $Part)
    $path = Get-FakePath $Part
    if ([System.IO.File]::Exists($path)) {
        ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($path))
    }
}

function Write-FakeFile {
    <#
    .SYNOPSIS
    Replaces a JSON file of the state.
    #>
    param([string[]] $Part, [object] $Value)
    $path = Get-FakePath $Part
    [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path))
    $next = "$path.$PID.new"
    [System.IO.File]::WriteAllText($next, (ConvertTo-Json -InputObject $Value -Depth 10 -Compress))
    if ([System.IO.File]::Exists($path)) {
        [System.IO.File]::Replace($next, $path, [NullString]::Value)
    } else {
        [System.IO.File]::Move($next, $path)
    }
}

function Remove-FakeFile {
    <#
    .SYNOPSIS
    Deletes a file of the state if it is there.
    #>
    param([string[]] $Part)
    [System.IO.File]::Delete((Get-FakePath $Part))
}

function Get-FakeHostFact {
    <#
    .SYNOPSIS
    Returns what host.json says.
    #>
    $facts = Read-FakeFile 'host.json'
    if ($null -eq $facts) { throw "There is no host.json in $(Get-FakeRoot): call New-FakeHost." }
    $facts
}

function Get-FakeFact {
    <#
    .SYNOPSIS
    Returns a fact that host.json may lack, or a default.
    #>
    param([string] $Name, [object] $Default)
    $found = (Get-FakeHostFact).PSObject.Properties[$Name]
    if ($null -ne $found -and $null -ne $found.Value) { $found.Value } else { $Default }
}

function Get-FakeLogon {
    <#
    .SYNOPSIS
    Returns how this process is logged on: network, or service, as the account of a JEA endpoint and the processes of tasks.
    #>
    if ($env:HVO_FAKE_LOGON) { return $env:HVO_FAKE_LOGON }
    $facts = Get-FakeHostFact
    if ($facts.PSObject.Properties['logon'] -and $facts.logon) { return [string] $facts.logon }
    'service'
}

function Test-FakeClusterFeature {
    <#
    .SYNOPSIS
    Returns whether the failover clustering feature is installed.
    #>
    if (-not $env:HVO_FAKE_STATE) { return $true }
    $facts = Read-FakeFile 'host.json'
    ($null -eq $facts) -or [bool] $facts.clusterFeature
}

function Get-FakeRecord {
    <#
    .SYNOPSIS
    Returns the records of all VMs, the oldest first.
    #>
    $folder = Get-FakePath 'vms'
    if (-not [System.IO.Directory]::Exists($folder)) { return }
    $files = [System.IO.Directory]::GetFiles($folder, '*.json')
    $files | ForEach-Object { ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($_)) } | Sort-Object -Property 'createdAt', 'id'
}

function Save-FakeRecord {
    <#
    .SYNOPSIS
    Writes a VM's record.
    #>
    param([object] $Record)
    Write-FakeFile 'vms', "$($Record.id).json" $Record
}

function Get-FakeTime {
    <#
    .SYNOPSIS
    Returns the seconds since 1970, with their fraction.
    #>
    ([DateTime]::UtcNow - [DateTime]::new(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)).TotalSeconds
}

function Add-FakeLedger {
    <#
    .SYNOPSIS
    Appends one mutation to ledger.jsonl; the lock is held.
    #>
    param([string] $Cmdlet, [object] $Record, [hashtable] $Detail = @{})
    $line = [ordered] @{ at = Get-FakeTime; pid = $PID; cmdlet = $Cmdlet; vm_id = $null; name = $null; notes = $null; detail = $Detail }
    if ($null -ne $Record) {
        $line.vm_id = $Record.id
        $line.name = $Record.name
        $line.notes = $Record.notes
    }
    [System.IO.File]::AppendAllText((Get-FakePath 'ledger.jsonl'), (ConvertTo-Json -InputObject $line -Depth 10 -Compress) + "`n")
}
