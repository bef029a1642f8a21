function Read-HvoJournal {
    <#
    .SYNOPSIS
        Returns a machine's journal, or null if there is none or it cannot be read.
    .DESCRIPTION
        Each step tests the host before it changes anything, so a lost journal costs time only.
    .OUTPUTS
        Ordered dictionary, or null. In it, steps is an ordered dictionary; published is one with run, kid and sha256, or null;
        image is one as New-HvoJournal says, or null.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (-not (Test-HvoSavedFile $Path)) { return $null }
    try {
        $read = ConvertFrom-Json -InputObject (Read-HvoFile -Path $Path)
        $journal = New-HvoJournal -MachineUid ([string]$read.machine_uid) -ClusterUid ([string]$read.cluster_uid)
        foreach ($key in 'run_id', 'vm_id', 'state', 'step', 'reason', 'code', 'lost_vm_id') {
            $journal[$key] = Get-HvoProperty $read $key
        }
        foreach ($key in 'generation', 'attempt', 'sealings') { $journal[$key] = [long](Get-HvoProperty $read $key -Default 0) }
        foreach ($key in 'updated_at', 'started_at', 'key_at') {
            $time = ConvertFrom-HvoTimestamp (Get-HvoProperty $read $key)
            if ($null -ne $time) { $journal[$key] = Get-HvoTimestamp -Time $time }
        }
        foreach ($entry in $read.steps.PSObject.Properties) { $journal.steps[$entry.Name] = [string]$entry.Value }
        $published = Get-HvoProperty $read 'published'
        if ($null -ne $published) {
            $journal.published = [ordered]@{ run = $published.run; kid = $published.kid; sha256 = $published.sha256 }
        }
        $image = Get-HvoProperty $read 'image'
        if ($null -ne $image) {
            $journal.image = [ordered]@{}
            foreach ($key in 'name', 'clone', 'size_bytes', 'written_at', 'data_id', 'disk_id') {
                $journal.image[$key] = Get-HvoProperty $image $key
            }
            $written = ConvertFrom-HvoTimestamp $journal.image.written_at
            if ($null -ne $written) { $journal.image.written_at = Get-HvoTimestamp -Time $written }
        }
        foreach ($key in 'resume', 'taken_up') { $journal[$key] = [bool](Get-HvoProperty $read $key -Default $false) }
        return $journal
    } catch {
        Write-HvoLog -Message "The journal $Path cannot be read; a new one is begun: $($_.Exception.Message)"
        return $null
    }
}
