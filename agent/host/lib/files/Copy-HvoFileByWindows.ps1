function Copy-HvoFileByWindows {
    <#
    .SYNOPSIS
        Copies a file with CopyFileEx and reports progress at most every three seconds. Requires the native code.
    .DESCRIPTION
        CopyFileEx runs in a thread of its own, so that a pipeline that is stopped ends the copy. It also copies attributes: a
        read-only image would give a disk that no VM can write to.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Source,
        [Parameter(Mandatory = $true)] [string] $Destination,
        [Parameter(Mandatory = $true)] [long] $Length,
        [Parameter()] [scriptblock] $OnProgress = $null
    )
    $copy = [HvoNative.FileCopy]::Start($Source, $Destination)
    try {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not $copy.Wait(250)) {
            if ($null -eq $OnProgress -or $watch.Elapsed.TotalSeconds -lt 3) { continue }
            $null = & $OnProgress $copy.Copied $Length
            $watch.Restart()
        }
    } finally {
        $copy.Cancel()
        $null = $copy.Wait(30000)
    }
    if ($null -ne $copy.Error) { throw $copy.Error }
    [System.IO.File]::SetAttributes($Destination, [System.IO.FileAttributes]::Normal)
}
