function Copy-HvoBlock {
    <#
    .SYNOPSIS
        Lets a new file share the blocks of another one, on a volume that can do so. Requires the native code.
    .DESCRIPTION
        From and To are open files, of which To is empty. What is behind the last whole cluster is copied.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [System.IO.FileStream] $From,
        [Parameter(Mandatory = $true)] [System.IO.FileStream] $To,
        [Parameter()] [scriptblock] $OnProgress = $null
    )
    $cluster = [HvoNative.Blocks]::CopyIntegrity($From.SafeFileHandle, $To.SafeFileHandle)
    # The destination has to be as long as the range that is cloned.
    $To.SetLength($From.Length)
    $end = [long]0
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    foreach ($range in @(Get-HvoCloneRange -Length $From.Length -ClusterSize $cluster)) {
        [HvoNative.Blocks]::Clone($From.SafeFileHandle, $To.SafeFileHandle, $range.Offset, $range.Count)
        $end = $range.Offset + $range.Count
        if ($null -ne $OnProgress -and $watch.Elapsed.TotalSeconds -ge 3) {
            $null = & $OnProgress $end $From.Length
            $watch.Restart()
        }
    }
    if ($end -lt $From.Length) {
        $null = $From.Seek($end, 'Begin')
        $null = $To.Seek($end, 'Begin')
        Copy-HvoStream -From $From -To $To
    }
}
