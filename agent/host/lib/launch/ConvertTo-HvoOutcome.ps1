function ConvertTo-HvoOutcome {
    <#
    .SYNOPSIS
        Returns the pending or failed outcome that an error means, and notes it in the journal of a provisioning or removal.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord,
        [Parameter()] [AllowNull()] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [bool] $Entered
    )
    $vmId = $null
    if ($null -ne $Context -and $null -ne $Context.Journal) { $vmId = $Context.Journal.vm_id }
    if ($ErrorRecord.Exception.Data.Contains('HvoPending')) {
        $pending = $ErrorRecord.Exception.Data['HvoPending']
        $code = if ($pending.Reason -eq 'HostBusy') { 'HostBusy' } else { $null }
        $outcome = New-HvoOutcome -Outcome pending -Reason $pending.Reason -Code $code -Message $pending.Message -Retryable $true `
            -VmId $vmId -GuestKey $pending.GuestKey
    } else {
        $failure = ConvertTo-HvoFailure -ErrorRecord $ErrorRecord
        $diagnosis = $null
        if ($failure.Summary) { $diagnosis = [ordered]@{ summary = $failure.Summary; details = $failure.Details } }
        $outcome = New-HvoOutcome -Outcome failed -Reason $failure.Code -Code $failure.Code -Message $failure.Message `
            -Retryable $failure.Retryable -VmId $vmId -Diagnosis $diagnosis
    }
    if ($Entered -and $Context.SchemaId -ne 'vm-update') {
        Complete-HvoJournal -Context $Context -State $outcome.outcome -Reason $outcome.reason -Code $outcome.code
    }
    return $outcome
}
