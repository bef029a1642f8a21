function New-HvoJournal {
    <#
    .SYNOPSIS
        Returns an empty journal for a machine.
    .DESCRIPTION
        Keys that the inventory does not show: started_at (when the VM was started in this run), key_at (when the guest's
        key was first seen), published (run, kid and sha256 of the data published last), sealings (how often the agent
        sealed data in this run), resume (an update turned the VM off and has to start it again), lost_vm_id (the last VM that
        was lost and made anew), taken_up (the VM was found by its mark; the journal did not have it) and image (what the golden
        image was when the disk was made from it; see Get-HvoImageIdentity).
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $MachineUid,
        [Parameter(Mandatory = $true)] [string] $ClusterUid
    )
    return [ordered]@{
        machine_uid = $MachineUid; cluster_uid = $ClusterUid; run_id = $null; generation = 0; attempt = 0; vm_id = $null
        state = 'running'; step = $null; steps = [ordered]@{}; reason = $null; code = $null
        updated_at = Get-HvoTimestamp; started_at = $null; key_at = $null; published = $null; sealings = 0; resume = $false
        lost_vm_id = $null; taken_up = $false; image = $null
    }
}
