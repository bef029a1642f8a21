function Invoke-HvoProvisioning {
    <#
    .SYNOPSIS
        Runs the steps of a provisioning. Requires the machine's lock.
    .OUTPUTS
        Ordered dictionary: the completed outcome. Throws if the launch ends as pending or failed.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal, $run = $Context.Journal, $Context.Run
    if ($null -ne $journal -and $journal.state -eq 'completed') {
        $journal.generation = $run.generation
        $journal.attempt = $run.attempt
        Save-HvoJournal -Context $Context
        return New-HvoOutcome -Outcome completed -Reason 'Provisioned' -Message 'Nothing was left to do.' -VmId $journal.vm_id
    }
    Assert-HvoHyperVModule
    Add-HvoJournalLaunch -Context $Context
    Resolve-HvoMachineVm -Context $Context
    Invoke-HvoHostPhase -Context $Context
    Invoke-HvoGuestPhase -Context $Context
    Invoke-HvoFinishPhase -Context $Context
    Complete-HvoJournal -Context $Context -State completed -Reason 'Provisioned'
    return New-HvoOutcome -Outcome completed -Reason 'Provisioned' -Message "$($Context.Fields.vm_name) is provisioned." `
        -VmId $Context.Journal.vm_id
}
