function Copy-HvoFile {
    <#
    .SYNOPSIS
        Copies a file to a temporary name and renames the copy when it is complete.
    .DESCRIPTION
        The source is opened for reading only; other processes may read it at the same time. OnProgress gets the copied
        and the total number of bytes, at most every three seconds. A failed copy is deleted.
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
        # Allocates the whole file first, so that a full disk fails now and not after an hour.
        $to.SetLength($from.Length)
        Copy-HvoStream -From $from -To $to -OnProgress $OnProgress
        $to.Flush($true)
        $whole = $true
    } finally {
        if ($null -ne $from) { $from.Dispose() }
        try {
            if ($null -ne $to) { $to.Dispose() }
        } finally {
            if (-not $whole -and [System.IO.File]::Exists($part)) { [System.IO.File]::Delete($part) }
        }
    }
    [System.IO.File]::Move($part, $Destination)
}
