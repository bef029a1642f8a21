function Invoke-HvoBootstrap {
    <#
    .SYNOPSIS
    Finds out whether this boot has something to do, and puts the guest's scripts where nobody can change them.
    .DESCRIPTION
    A VM that was provisioned before is left alone, whatever disc is in its drive.
    .PARAMETER Root
    Folder of the guest, which the image preparation has made.
    .OUTPUTS
    System.String: the script to start, or nothing if there is nothing to do.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    while (-not (Test-HvoSetupFinished)) { Start-Sleep -Seconds 5 }
    $id = Wait-HvoVirtualMachineId -Root $Root
    if (-not $id) { return }
    $context = New-HvoContext -Root $Root -VirtualMachineId $id
    if ((Get-HvoState -Context $context).phase -ceq 'done') { return }
    $code = [System.IO.Path]::Combine($context.Folder, 'code')
    if (@(Get-HvoFolderName -Path $context.Folder) -cnotcontains 'code') {
        $found = Find-HvoGuest
        for ($try = 0; $null -eq $found -and $try -lt 60; $try++) {
            Start-Sleep -Seconds 5
            $found = Find-HvoGuest
        }
        if ($null -eq $found) {
            Write-HvoLog -Context $context -Word NoGuestDisc
            return
        }
        Set-HvoFolder -Path $context.Machines
        Set-HvoFolder -Path $context.Folder
        Copy-HvoFolder -From $found.Folder -To $code
        Write-HvoLog -Context $context -Word GuestCopied
    }
    $marker = ConvertFrom-HvoJsonText -Text (Get-HvoFile -Path ([System.IO.Path]::Combine($code, 'hvo-guest.json')))
    [System.IO.Path]::Combine($code, $marker.entry)
}
