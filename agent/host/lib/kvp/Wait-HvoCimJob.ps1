function Wait-HvoCimJob {
    <#
    .SYNOPSIS
        Waits for a job of the management service; throws if it does not complete within a minute.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Job,
        [Parameter(Mandatory = $true)] [string] $Method
    )
    $ends = [DateTime]::UtcNow.AddSeconds(60)
    while ($true) {
        $now = Get-CimInstance -InputObject $Job
        # 7 is completed; 8, 9 and 10 are terminated, killed and exception.
        if ($now.JobState -eq 7) { return }
        if (@(8, 9, 10) -contains $now.JobState) {
            throw "$Method was begun and failed: $([string](Get-HvoProperty $now 'ErrorDescription'))"
        }
        if ([DateTime]::UtcNow -ge $ends) { throw "$Method was begun and is not done after 60 seconds." }
        Start-Sleep -Milliseconds 100
    }
}
