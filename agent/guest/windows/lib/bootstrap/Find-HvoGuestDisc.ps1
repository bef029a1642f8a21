function Find-HvoGuestDisc {
    <#
    .SYNOPSIS
    Finds the disc with the guest by the marker file on it.
    .OUTPUTS
    System.Collections.Hashtable: Folder and Entry (name of the script to start); nothing if there is no such disc.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    foreach ($folder in @(Get-HvoDvdRoot)) {
        $text = Get-HvoFileContent -Path ([System.IO.Path]::Combine($folder, 'hvo-guest.json'))
        if (-not $text) { continue }
        try { $marker = ConvertFrom-HvoJsonText -Text $text }
        catch [FormatException] { continue }
        if (-not (Test-HvoJsonString -Value $marker['product'] -Expected 'hyperv-operator')) { continue }
        if (-not (Test-HvoJsonString -Value $marker['guest'] -Expected 'windows')) { continue }
        # What is called, and with which parameters, is agreed on under this number.
        if (-not (Test-HvoJsonString -Value $marker['bootstrap'] -Expected '1')) { continue }
        if ([string]$marker['entry'] -cnotmatch '\A[A-Za-z-]{1,60}\.ps1\z') { continue }
        return @{ Folder = $folder; Entry = $marker['entry'] }
    }
}
