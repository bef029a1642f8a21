function ConvertTo-HvoOutcome {
    <#
    .SYNOPSIS
        Returns the pending or failed outcome for an error record.
    .OUTPUTS
        Ordered dictionary (see New-HvoOutcome).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord,
        [Parameter()] [AllowNull()] [hashtable] $Context = $null
    )
    $vmId = $null
    if ($null -ne $Context -and $null -ne $Context.Journal) { $vmId = $Context.Journal.vm_id }
    if ($ErrorRecord.Exception.Data.Contains('HvoPending')) {
        $pending = $ErrorRecord.Exception.Data['HvoPending']
        $code = if ($pending.Reason -eq 'HostBusy') { 'HostBusy' } else { $null }
        return New-HvoOutcome -Outcome pending -Reason $pending.Reason -Code $code -Message $pending.Message -VmId $vmId `
            -GuestKey $pending.GuestKey
    }
    $failure = ConvertTo-HvoFailure -ErrorRecord $ErrorRecord
    $diagnosis = $null
    if ($failure.Summary) { $diagnosis = [ordered]@{ summary = $failure.Summary } }
    return New-HvoOutcome -Outcome failed -Reason $failure.Code -Code $failure.Code -Message $failure.Message -VmId $vmId `
        -Diagnosis $diagnosis
}
