function Copy-HvoFile {
    <#
    .SYNOPSIS
        Copies a file in pieces to a name beside its final one and renames it at the end.
    .DESCRIPTION
        The source is opened for reading only and others may read it meanwhile. OnProgress gets the copied and the whole
        number of bytes, at most every three seconds. What was copied is deleted when it fails.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Source,
        [Parameter(Mandatory = $true)] [string] $Destination,
        [Parameter()] [scriptblock] $OnProgress = $null
    )
    $part = $Destination + '.part'
    $whole = $false
    $from = $null
    $to = $null
    try {
        $from = [System.IO.File]::Open($Source, 'Open', 'Read', 'Read')
        $to = [System.IO.File]::Open($part, 'Create', 'Write', 'None')
        # Takes all the space at once, so that a disk that is too small shows now and not after an hour.
        $to.SetLength($from.Length)
        Copy-HvoStream -From $from -To $to -OnProgress $OnProgress
        $to.Flush($true)
        $whole = $true
    } finally {
        if ($null -ne $from) { $from.Dispose() }
        try { if ($null -ne $to) { $to.Dispose() } }
        finally { if (-not $whole -and [System.IO.File]::Exists($part)) { [System.IO.File]::Delete($part) } }
    }
    [System.IO.File]::Move($part, $Destination)
}
