function Install-HvoGuestScript {
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
    $context = New-HvoGuestContext -Root $Root -VirtualMachineId $id
    if ((Get-HvoGuestState -Context $context).phase -ceq 'done') { return }
    $code = [System.IO.Path]::Combine($context.Folder, 'code')
    if (@(Get-HvoSubfolderName -Path $context.Folder) -cnotcontains 'code') {
        $found = Find-HvoGuestDisc
        for ($try = 0; $null -eq $found -and $try -lt 60; $try++) {
            Start-Sleep -Seconds 5
            $found = Find-HvoGuestDisc
        }
        if ($null -eq $found) {
            Write-HvoGuestLog -Context $context -Word NoGuestDisc
            return
        }
        Set-HvoProtectedFolder -Path $context.Machines
        Set-HvoProtectedFolder -Path $context.Folder
        Copy-HvoFolder -From $found.Folder -To $code
        Write-HvoGuestLog -Context $context -Word GuestCopied
    }
    $marker = ConvertFrom-HvoJsonText -Text (Get-HvoFileContent -Path ([System.IO.Path]::Combine($code, 'hvo-guest.json')))
    [System.IO.Path]::Combine($code, $marker.entry)
}
