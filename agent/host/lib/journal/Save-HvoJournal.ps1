function Save-HvoJournal {
    <#
    .SYNOPSIS
        Writes the journal to the machine's folder; does nothing after the folder was removed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if ($null -eq $Context.Journal) { return }
    $Context.Journal.updated_at = Get-HvoTimestamp
    Write-HvoFile -Path $Context.JournalPath -Text (ConvertTo-HvoJson $Context.Journal)
}
