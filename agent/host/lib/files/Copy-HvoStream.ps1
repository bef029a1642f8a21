function Copy-HvoStream {
    <#
    .SYNOPSIS
        Copies a stream in blocks of 4 MiB and reports progress at most every ProgressSeconds.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $From,
        [Parameter(Mandatory = $true)] [System.IO.Stream] $To,
        [Parameter()] [scriptblock] $OnProgress = $null,
        [Parameter()] [int] $ProgressSeconds = 3
    )
    $buffer = [byte[]]::new(4194304)
    $copied = [long]0
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (($count = $From.Read($buffer, 0, $buffer.Length)) -gt 0) {
        $To.Write($buffer, 0, $count)
        $copied += $count
        if ($null -ne $OnProgress -and $watch.Elapsed.TotalSeconds -ge $ProgressSeconds) {
            $null = & $OnProgress $copied $From.Length
            $watch.Restart()
        }
    }
}
