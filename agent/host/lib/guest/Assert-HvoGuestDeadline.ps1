function Assert-HvoGuestDeadline {
    <#
    .SYNOPSIS
        Fails with GuestTimeout and a diagnosis once the deadline, counted from the start of the VM, has passed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $What,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Guest
    )
    $started = ConvertFrom-HvoTimestamp $Context.Journal.started_at
    $limit = $Context.Run.deadline_seconds
    if ($null -eq $started -or [DateTime]::UtcNow -le $started.AddSeconds($limit)) { return }
    $diagnosis = Get-HvoGuestDiagnosis -Context $Context -Guest $Guest
    Write-HvoLog -Message "Diagnosis: $(ConvertTo-HvoJson $diagnosis.Details)"
    Stop-HvoLaunch -Code GuestTimeout -Message "$What within $limit seconds." -Summary $diagnosis.Summary
}
